import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FetchServer, fetchServer } from "../git/testing/fetch-server.ts";
import { SampleRepository } from "../git/testing/sample-repository.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { createWorkload } from "../workloads/create-workload.ts";
import { endWorkload } from "../workloads/end-workload.ts";
import { addManifestsProject } from "./testing/ops-repo-scene.ts";

const path = "/api/admin/ops-repos";
const nobody = "00000000-0000-4000-8000-000000000000";

let platform: TestPlatform;
let admin: string;
let sample: SampleRepository;
let server: FetchServer;
beforeAll(async () => {
  platform = await startTestPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  admin = await platform.token({ user: "admin" });
  sample = new SampleRepository();
  server = await fetchServer(sample);
});
afterAll(async () => {
  await platform.close();
  await server[Symbol.asyncDispose]();
  sample.remove();
});

const url = () => `http://127.0.0.1:${server.port}/ops.git`;

async function add(name: string, more: Record<string, unknown> = {}) {
  const { status, body } = await platform.send("POST", path, admin, { name, repo_url: url(), ...more });
  expect([status, body.error]).toEqual([201, undefined]);
  return body;
}

async function use(opsRepoId: string, environment: "staging" | "production", project: string): Promise<string> {
  return await platform.db.transaction().execute(async (db) => {
    const wanted = { projectId: project, place: { environment }, image_ref: "app:1", created_by: null };
    return (await createWorkload(db, { ...wanted, ops_repo_id: opsRepoId })).workload.id;
  });
}

const generationOf = async (id: string) =>
  (await platform.db.selectFrom("workloads").where("id", "=", id).select("generation").executeTakeFirstOrThrow())
    .generation;

describe("an ops repo", () => {
  test("is made with defaults, listed by name, changed but for its name, and deleted", async () => {
    const made = await add("b-repo");
    expect(made).toEqual({
      ...{ id: expect.any(String), name: "b-repo", repo_url: url(), branch: "main", path: "/", sync_interval_s: 60 },
      ...{ created_at: expect.any(String), current_sha: null, synced_at: null, sync_error: null },
    });
    const other = await add("a-repo", { branch: "trunk", path: "deploy", sync_interval_s: 3600 });
    const listed = await platform.send("GET", path, admin);
    expect(listed.body.map(({ name }: { name: string }) => name)).toEqual(["a-repo", "b-repo"]);
    expect((await platform.send("GET", `${path}?limit=1&offset=1`, admin)).body).toMatchObject([{ name: "b-repo" }]);
    const change = { path: "other", name: "c-repo" };
    expect(await platform.send("PATCH", `${path}/${other.id}`, admin, change)).toMatchObject({
      status: 200,
      body: { name: "a-repo", branch: "trunk", path: "other", sync_interval_s: 3600 },
    });
    for (const { id } of [made, other]) {
      expect(await platform.send("DELETE", `${path}/${id}`, admin)).toEqual({ status: 200, body: { ok: true } });
    }
    expect((await platform.send("GET", path, admin)).body).toEqual([]);
  });

  test("that is not there is 404, and a second one of a name 409", async () => {
    for (const [method, to, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { path: "x" }],
      ["DELETE", "", undefined],
      ["POST", "/sync", undefined],
    ] as const) {
      expect(await platform.send(method, `${path}/${nobody}${to}`, admin, body)).toMatchObject({
        status: 404,
        body: { error: "ops_repo" },
      });
    }
    await add("taken");
    expect(await platform.send("POST", path, admin, { name: "taken", repo_url: url() })).toMatchObject({
      status: 409,
      body: { error: "there is an ops repo called taken already" },
    });
  });

  test.each([
    [{ repo_url: "ssh://git@example.com/x" }, /must start with http/],
    [{ repo_url: "file:///etc" }, /must start with http/],
    [{ repo_url: "ext::sh -c id" }, /must start with http/],
    [{ repo_url: "http://[" }, /not a valid URL/],
    [{ repo_url: "https://user:password@example.com/x" }, /must not hold a user or a password/],
    [{ repo_url: "https://example.com/x?a=b" }, /must not hold/],
    [{ repo_url: "http://10.0.0.1/x" }, /inside the platform's network/],
    [{ repo_url: "http://0xa.1/x" }, /inside the platform's network/],
    [{ repo_url: "http://169.254.169.254/x" }, /inside the platform's network/],
    [{ repo_url: "http://[fd00::1]/x" }, /inside the platform's network/],
    [{ repo_url: "project:admin/nothing" }, /there is no project admin\/nothing/],
    [{ repo_url: "project:admin" }, /must start with http/],
    [{ branch: "-x" }, /branch/],
    [{ branch: "a b" }, /branch/],
    [{ branch: "a..b" }, /branch/],
    [{ path: "../x" }, /is not a valid path/],
    [{ sync_interval_s: 9 }, /sync_interval_s/],
    [{ sync_interval_s: 86_401 }, /sync_interval_s/],
    [{ name: "a/b" }, /name/],
  ])("cannot be %j", async (wrong, message) => {
    const wanted = { name: `wrong-${Math.random()}`, repo_url: url(), ...wrong };
    const { status, body } = await platform.send("POST", path, admin, wanted);
    const told = [body.error, ...(body.fields ?? []).map((field: unknown) => JSON.stringify(field))].join(" ");
    expect([status, told]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe("a sync", () => {
  test("fetches now, says which commit, and is in the audit log", async () => {
    const sha = sample.commit({ files: { "deploy.yaml": "kind: Deployment\n" } });
    const { id } = await add("fetched");
    expect(await platform.send("POST", `${path}/${id}/sync`, admin)).toEqual({ status: 200, body: { ok: true, sha } });
    expect((await platform.send("GET", `${path}/${id}`, admin)).body).toMatchObject({
      ...{ current_sha: sha, synced_at: expect.any(String), sync_error: null },
    });
    const entry = await platform.db
      .selectFrom("audit_log")
      .where("action", "like", "%/sync")
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(entry).toMatchObject({ resource: "ops_repo", resource_id: id, after: { current_sha: sha } });
  });

  test("that fails says why, which is kept until the next that does not", async () => {
    const { id } = await add("failing", { branch: "later" });
    const error = "the ops repo cannot be fetched: it has no branch later";
    expect(await platform.send("POST", `${path}/${id}/sync`, admin)).toMatchObject({ status: 502, body: { error } });
    expect((await platform.send("GET", `${path}/${id}`, admin)).body.sync_error).toBe("it has no branch later");
    const sha = sample.commit({ branch: "later", files: { a: "b" } });
    expect((await platform.send("POST", `${path}/${id}/sync`, admin)).body).toEqual({ ok: true, sha });
    expect((await platform.send("GET", `${path}/${id}`, admin)).body.sync_error).toBeNull();
  });

  test("brings about what has changed for a deployment, and leaves alone what has not", async () => {
    const ops = await addManifestsProject(platform, "manifests");
    const shop = await platform.addProject("admin", "shop");
    await ops.push({ "apps/deploy.yaml": "a: 1\n", "apps/other.yaml": "a: 1\n" });
    const { id } = await add("of-a-project", {
      repo_url: "project:admin/manifests",
      path: "apps",
      sync_interval_s: 86_400,
    });
    expect((await platform.send("POST", `${path}/${id}/sync`, admin)).status).toBe(200);
    const production = await use(id, "production", shop);
    const staging = await use(id, "staging", shop);
    await platform.db.updateTable("workloads").where("id", "=", staging).set({ manifest_path: "other.yaml" }).execute();
    const sync = async () => (await platform.send("POST", `${path}/${id}/sync`, admin)).status;
    await ops.push({ "README.md": "nothing of theirs\n" });
    expect(await sync()).toBe(200);
    expect([await generationOf(production), await generationOf(staging)]).toEqual([1, 1]);
    await ops.push({ "apps/deploy.yaml": "a: 2\n" });
    expect(await sync()).toBe(200);
    expect([await generationOf(production), await generationOf(staging)]).toEqual([2, 1]);
    await ops.push({ "apps/other.yaml": null });
    expect(await sync()).toBe(200);
    expect([await generationOf(production), await generationOf(staging)]).toEqual([2, 2]);

    // Another directory has other manifests, until which are known nothing is known of it.
    const moved = await platform.send("PATCH", `${path}/${id}`, admin, { path: "elsewhere" });
    expect(moved.body.current_sha).toBeNull();
    expect([await generationOf(production), await generationOf(staging)]).toEqual([3, 3]);

    expect(await platform.send("DELETE", `${path}/${id}`, admin)).toMatchObject({
      status: 409,
      body: { error: "ops repo is used by admin/shop production, admin/shop staging" },
    });
    await platform.db.transaction().execute((db) => endWorkload(db, staging, "deleted"));
    expect((await platform.send("DELETE", `${path}/${id}`, admin)).status).toBe(409);
  });

  test("is done by itself when something is pushed to the project, and when it is time", async () => {
    const ops = await addManifestsProject(platform, "pushed");
    const first = await ops.push({ "deploy.yaml": "a: 1\n" });
    const { id } = await add("by-itself", { repo_url: "project:admin/pushed", sync_interval_s: 86_400 });
    const until = async (sha: string) => {
      for (;;) {
        const { current_sha } = (await platform.send("GET", `${path}/${id}`, admin)).body;
        if (current_sha === sha) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    // When it has been made, it is time; the notification stands for the poll of a few seconds.
    await ops.push({ "b.yaml": "" });
    const second = await ops.push({ "deploy.yaml": "a: 2\n" });
    await until(second);
    const third = await ops.push({ "deploy.yaml": "a: 3\n" });
    await until(third);
    expect(new Set([first, second, third]).size).toBe(3);
  });
});
