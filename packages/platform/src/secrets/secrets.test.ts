import { createSecretKey, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { projectSecrets } from "./project-secrets.ts";

let platform: TestPlatform;
let admin: string;
let log = "";
let serial = 0;
const keyText = randomBytes(32).toString("hex");
const masterKey = createSecretKey(Buffer.from(keyText, "hex"));

beforeAll(async () => {
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  platform = await startTestPlatform({ PLATFORM_MASTER_KEY: keyText }, pino({ level: "trace" }, sink));
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

async function newProject() {
  return await platform.addProject("admin", `project-${++serial}`);
}

const globally = "/api/admin/secrets";
const of = (project: string) => `/api/projects/${project}/secrets`;

async function set(path: string, name: string, value: string, scope = "pipeline") {
  const { status, body } = await platform.send("POST", path, admin, { name, value, scope });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

describe("a secret", () => {
  test("is made, replaced, listed and deleted, without its value ever being shown", async () => {
    const project = await newProject();
    const made = await set(of(project), "TOKEN", "first value");
    expect(made).toEqual({
      id: expect.any(String),
      project_id: project,
      name: "TOKEN",
      scope: "pipeline",
      version: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const again = await set(of(project), "TOKEN", "second value", "all");
    expect(again).toMatchObject({ id: made.id, version: 2, scope: "all", created_at: made.created_at });
    await set(of(project), "A_FIRST", "x");
    const { body: listed } = await platform.send("GET", of(project), admin);
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(["A_FIRST", "TOKEN"]);
    expect((await platform.send("GET", `${of(project)}?limit=1&offset=1`, admin)).body).toEqual([again]);
    expect((await platform.send("DELETE", `${of(project)}/TOKEN`, admin)).body).toEqual({ ok: true });
    const gone = await platform.send("DELETE", `${of(project)}/TOKEN`, admin);
    expect([gone.status, gone.body.error]).toEqual([404, "secret"]);
  });

  test("of one project or of the whole platform is not another's", async () => {
    const [one, other] = [await newProject(), await newProject()];
    await set(of(one), "MINE", "x");
    await set(globally, "OURS", "x");
    expect((await platform.send("GET", of(other), admin)).body).toEqual([]);
    expect((await platform.send("GET", globally, admin)).body).toMatchObject([{ name: "OURS", project_id: null }]);
    for (const path of [`${of(other)}/MINE`, `${of(other)}/OURS`, `${globally}/MINE`]) {
      expect((await platform.send("DELETE", path, admin)).status).toBe(404);
    }
    await platform.send("DELETE", `${globally}/OURS`, admin);
  });

  test("goes with its project", async () => {
    const project = await newProject();
    const { id } = await set(of(project), "TOKEN", "x");
    expect((await platform.send("DELETE", `/api/projects/${project}`, admin)).status).toBe(200);
    expect(await platform.db.selectFrom("secrets").where("id", "=", id).select("id").execute()).toEqual([]);
    const entries = platform.db.selectFrom("audit_log").where("resource_id", "=", id).select(["action", "before"]);
    expect((await entries.execute()).at(-1)).toEqual({
      action: "DELETE /api/projects/{project_id}",
      before: { name: "TOKEN", scope: "pipeline", version: 1 },
    });
  });

  test("set by many at once is there once, and counts each", async () => {
    const project = await newProject();
    const values = Array.from({ length: 12 }, (_, at) => `value ${at}`);
    const versions = await Promise.all(
      values.map(async (value) => (await set(of(project), "RACED", value)).version as number),
    );
    expect(versions.sort((a, b) => a - b)).toEqual(values.map((_, at) => at + 1));
    expect(values).toContain(
      (await projectSecrets(platform.db, masterKey, { projectId: project, purpose: "pipeline" })).get("RACED"),
    );
  });

  test.each(["PATH", "HOME", "LD_PRELOAD", "BASH_ENV", "PLATFORM_X", "COMMIT_SHA", "PROJECT", "1X", "A-B", "A B", ""])(
    "is not called %j",
    async (name) => {
      const body = { name, value: "the value", scope: "all" };
      const answer = await platform.send("POST", of(await newProject()), admin, body);
      expect([answer.status, answer.body.fields[0].path]).toEqual([400, "name"]);
    },
  );

  test("is as large as an environment variable can be, and no larger", async () => {
    const project = await newProject();
    await set(of(project), "BIG", "x".repeat(65_536));
    for (const value of ["", "x".repeat(65_537), "\u20ac".repeat(65_000), "a\0b"]) {
      const answer = await platform.send("POST", of(project), admin, { name: "BIG", value, scope: "all" });
      expect([answer.status, answer.body.fields[0].path]).toEqual([400, "value"]);
      if (value !== "") expect(JSON.stringify(answer.body)).not.toContain(value.slice(0, 2000));
    }
  });
});

test("a value is in no log, no audit entry, no idempotency row, and in its own row encrypted", async () => {
  const value = "hunter2-hunter2-hunter2";
  const project = await newProject();
  const headers = { "content-type": "application/json", "idempotency-key": "set-it-once" };
  const body = JSON.stringify({ name: "LOUD", value, scope: "all" });
  for (const replayed of [null, "true"]) {
    const answer = await platform.request(of(project), admin, { method: "POST", headers, body });
    expect([answer.status, answer.headers.get("idempotency-replayed")]).toEqual([201, replayed]);
    expect(await answer.text()).not.toContain(value);
  }
  const broken = JSON.stringify({ name: "LOUD", value, scope: "nowhere" });
  for (const wrong of [broken, broken.slice(0, -1)]) {
    const answer = await platform.request(of(project), admin, { method: "POST", headers, body: wrong });
    expect([answer.status, (await answer.text()).includes(value)]).toEqual([400, false]);
  }
  await platform.send("DELETE", `${of(project)}/LOUD`, admin);
  await set(of(project), "LOUD", value);
  for (const table of ["audit_log", "idempotency_keys", "secrets"] as const) {
    const rows = await platform.db.selectFrom(table).selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    const whole = rows.flatMap((row) =>
      Object.values(row).map((cell) => String(Buffer.isBuffer(cell) ? cell.toString("latin1") : JSON.stringify(cell))),
    );
    expect(whole.join("\n")).not.toContain(value);
  }
  expect(log).not.toContain(value);
  const entries = await platform.db
    .selectFrom("audit_log")
    .where("resource", "=", "secret")
    .where("project_id", "=", project)
    .select(["before", "after"])
    .orderBy("id")
    .execute();
  expect(entries).toEqual([
    { before: null, after: { name: "LOUD", scope: "all", version: 1 } },
    { before: { name: "LOUD", scope: "all", version: 1 }, after: null },
    { before: null, after: { name: "LOUD", scope: "pipeline", version: 1 } },
  ]);
});

describe("the steps of a pipeline", () => {
  test("get the platform's and the project's secrets that are for pipelines, the project's first", async () => {
    const [project, other] = [await newProject(), await newProject()];
    await set(globally, "SHARED", "of the platform");
    await set(globally, "OVERRIDDEN", "of the platform");
    await set(globally, "FOR_DEPLOYS", "of the platform", "deploy");
    await set(of(project), "OVERRIDDEN", "of the project", "all");
    await set(of(project), "SHARED", "for agents alone", "agent");
    await set(of(other), "OTHERS", "x");
    const got = await projectSecrets(platform.db, masterKey, { projectId: project, purpose: "pipeline" });
    expect([...got].sort()).toEqual([
      ["OVERRIDDEN", "of the project"],
      ["SHARED", "of the platform"],
    ]);
    const forAgents = await projectSecrets(platform.db, masterKey, { projectId: project, purpose: "agent" });
    expect([...forAgents].sort()).toEqual([
      ["OVERRIDDEN", "of the project"],
      ["SHARED", "for agents alone"],
    ]);
    for (const name of ["SHARED", "OVERRIDDEN", "FOR_DEPLOYS"]) {
      await platform.send("DELETE", `${globally}/${name}`, admin);
    }
  });

  test("get none under another key, and learn which cannot be read and what to do", async () => {
    const project = await newProject();
    await set(of(project), "TOKEN", "x");
    const other = createSecretKey(randomBytes(32));
    await expect(projectSecrets(platform.db, other, { projectId: project, purpose: "pipeline" })).rejects.toThrow(
      "the secret TOKEN of the project cannot be decrypted: it was set under another master key",
    );
  });

  test("get none whose row took another's value", async () => {
    const [project, other] = [await newProject(), await newProject()];
    await set(of(project), "TOKEN", "of the one");
    await set(of(other), "TOKEN", "of the other");
    await platform.db
      .updateTable("secrets")
      .set((eb) => ({
        encrypted_value: eb
          .selectFrom("secrets as source")
          .where("source.project_id", "=", other)
          .select("source.encrypted_value"),
      }))
      .where("project_id", "=", project)
      .execute();
    await expect(projectSecrets(platform.db, masterKey, { projectId: project, purpose: "pipeline" })).rejects.toThrow(
      "the secret TOKEN of the project",
    );
    // Set again, it is whole again.
    await set(of(project), "TOKEN", "anew");
    expect(await projectSecrets(platform.db, masterKey, { projectId: project, purpose: "pipeline" })).toEqual(
      new Map([["TOKEN", "anew"]]),
    );
  });
});

test("where the master key is gone, setting says what to do, and the rest works", async () => {
  const data = await mkdtemp(join(tmpdir(), "keyless-"));
  const start = () => startTestPlatform({ PLATFORM_DATA: data });
  try {
    const first = await start();
    const token = await first.token({ user: "admin" });
    const project = await first.addProject("admin", "keyless");
    const body = { name: "OLD", value: "x", scope: "all" };
    expect((await first.send("POST", of(project), token, body)).status).toBe(201);
    await first.close();
    await rm(join(data, "master.key"));
    await using second = await start();
    const refused = await second.send("POST", of(project), token, body);
    expect(refused.status).toBe(503);
    expect(refused.body.error).toMatch(/^secrets engine not configured: master\.key .* is gone/);
    expect((await second.send("GET", of(project), token)).body).toHaveLength(1);
    expect((await second.send("DELETE", `${of(project)}/OLD`, token)).status).toBe(200);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
