import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openMasterKey, requireMasterKey } from "../secrets/master-key.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { emitWebhook } from "./emit-webhook.ts";

let platform: TestPlatform;
let admin: string;
let project: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const hook = { url: "https://hooks.example.com/in?key=1", events: ["push", "mr"] };

async function send(method: string, path = "", body?: unknown) {
  return await platform.send(method, `/api/projects/${project}/webhooks${path}`, admin, body);
}

async function newProject(): Promise<void> {
  project = await platform.addProject("admin", `hooked-${randomUUID()}`);
}
beforeAll(newProject);

async function create(body: object = {}) {
  const answer = await send("POST", "", { ...hook, ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function audited(id: string) {
  const rows = await platform.db
    .selectFrom("audit_log")
    .where("resource_id", "=", id)
    .select(["action", "before", "after"])
    .orderBy("id")
    .execute();
  return rows.map(({ action, ...change }) => ({ action: action.split(" ")[0], ...change }));
}

test("one is made, shown, changed and removed, and its secret is shown to nobody", async () => {
  const made = await create({ secret: "s3cret-one", events: ["push", "mr", "push"] });
  const { id, created_at } = made;
  expect(made).toEqual({
    ...{ id, created_at, project_id: project, url: hook.url, events: ["push", "mr"] },
    ...{ active: true, has_secret: true },
  });
  expect((await send("GET", `/${id}`)).body).toEqual(made);
  expect((await send("GET", "")).body).toContainEqual(made);
  const changed = await send("PATCH", `/${id}`, { events: ["issue"], secret: "s3cret-two" });
  expect(changed.body).toEqual({ ...made, events: ["issue"] });
  expect((await send("PATCH", `/${id}`, {})).body).toEqual(changed.body);
  await send("PATCH", `/${id}`, { url: `${hook.url}2` });
  await send("PATCH", `/${id}`, { url: hook.url });
  expect((await send("PATCH", `/${id}`, { active: false, secret: null })).body).toEqual({
    ...{ ...changed.body, active: false, has_secret: false },
  });
  expect((await send("DELETE", `/${id}`)).body).toEqual({ ok: true });
  expect(await send("GET", `/${id}`)).toMatchObject({ status: 404, body: { error: "webhook" } });
  expect(await audited(id)).toEqual([
    { action: "POST", before: null, after: expect.objectContaining({ url: hook.url, signed: true }) },
    {
      action: "PATCH",
      before: { events: ["push", "mr"] },
      after: { events: ["issue"], signature_changed: true },
    },
    { action: "PATCH", before: {}, after: {} },
    { action: "PATCH", before: { url: hook.url }, after: { url: `${hook.url}2` } },
    { action: "PATCH", before: { url: `${hook.url}2` }, after: { url: hook.url } },
    {
      ...{ action: "PATCH", before: { active: true, signed: true } },
      after: { active: false, signed: false, signature_changed: true },
    },
    { action: "DELETE", before: expect.objectContaining({ url: hook.url }), after: null },
  ]);
  expect(JSON.stringify(await audited(id))).not.toContain("s3cret");
});

test("secrets are kept encrypted, and a key is not made up while there are some", async () => {
  const { id } = await create({ secret: "s3cret-three" });
  const { encrypted_secret } = await platform.db
    .selectFrom("webhooks")
    .where("id", "=", id)
    .select("encrypted_secret")
    .executeTakeFirstOrThrow();
  expect(encrypted_secret?.toString("latin1")).not.toContain("s3cret");
  const elsewhere = { dataDirectory: "/nowhere", masterKey: undefined, databaseUrl: undefined };
  const lost = await openMasterKey(elsewhere, platform.db);
  expect(() => requireMasterKey(lost)).toThrow("is gone, and there are secrets under it");
  await send("DELETE", `/${id}`);
});

test.each<[string, object, string]>([
  ["no URL", { url: "hooks.example.com" }, "url"],
  ["another protocol", { url: "ftp://hooks.example.com" }, "url"],
  ["a long URL", { url: `https://hooks.example.com/${"x".repeat(2048)}` }, "url"],
  ["this machine", { url: "http://localhost:8080/" }, "url"],
  ["this machine as a number", { url: "http://2130706433/" }, "url"],
  ["this network", { url: "https://10.0.0.1/" }, "url"],
  ["a cloud's metadata", { url: "http://169.254.169.254/latest/meta-data/" }, "url"],
  ["this network by IPv6", { url: "http://[::ffff:192.168.0.1]/" }, "url"],
  ["a password in the URL", { url: "https://user:pass@hooks.example.com/" }, "url"],
  ["no events", { events: [] }, "events"],
  ["an unknown event", { events: ["push", "pull"] }, "events.1"],
  ["too many events", { events: Array(21).fill("push") }, "events"],
  ["an empty secret", { secret: "" }, "secret"],
  ["a long secret", { secret: "x".repeat(256) }, "secret"],
])("%s: refused when it is made, and when it is changed", async (_, body, path) => {
  const refusal = { status: 400, body: { fields: [{ path }] } };
  expect(await send("POST", "", { ...hook, ...body })).toMatchObject(refusal);
  const { id } = await create();
  expect(await send("PATCH", `/${id}`, body)).toMatchObject(refusal);
  await send("DELETE", `/${id}`);
});

test("a project has twenty, however many are made at once", async () => {
  await newProject();
  const answers = await Promise.all(Array.from({ length: 25 }, () => send("POST", "", hook)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  expect(answers.find(({ status }) => status === 409)?.body.error).toBe(
    "the project has 20 webhooks already, and can have at most 20",
  );
  expect((await send("GET", "?limit=5&offset=18")).body).toHaveLength(2);
});

test("one of another project is not there", async () => {
  await newProject();
  const { id } = await create();
  await newProject();
  for (const [method, path] of [
    ["GET", ""],
    ["PATCH", ""],
    ["DELETE", ""],
    ["POST", "/test"],
    ["GET", "/deliveries"],
  ] as const) {
    const body = method === "PATCH" ? {} : undefined;
    expect(await send(method, `/${id}${path}`, body), method).toMatchObject({
      status: 404,
      body: { error: "webhook" },
    });
  }
});

test("those of a project that is deleted are gone with it", async () => {
  await newProject();
  const { id } = await create({ secret: "s3cret" });
  expect((await platform.send("DELETE", `/api/projects/${project}`, admin)).status).toBe(200);
  expect(await platform.db.selectFrom("webhooks").where("id", "=", id).selectAll().execute()).toEqual([]);
  expect((await audited(id)).at(-1)).toMatchObject({ action: "DELETE", before: { url: hook.url } });
});

test("a project can be deleted while something that happens there is told", async () => {
  await newProject();
  await create();
  const { db } = platform;
  const deleting = async () => (await platform.send("DELETE", `/api/projects/${project}`, admin)).status;
  let deleted: Promise<number> | undefined;
  await db.transaction().execute(async (transaction) => {
    await emitWebhook(transaction, project, "push", { ref: "refs/heads/a", before: null, after: null, pusher: null });
    deleted = deleting();
    // It waits for the event, whose reference to the webhook must stay good.
    await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(0), { timeout: 20_000, interval: 10 });
    // As whatever counts something in the project does.
    await transaction.selectFrom("projects").where("id", "=", project).select("id").forNoKeyUpdate().execute();
  });
  expect(await deleted).toBe(200);
});

/** How many transactions wait for another. */
async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int from pg_locks where not granted`.execute(
    platform.db,
  );
  return rows[0]?.count ?? 0;
}
