import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addOpsRepo } from "../ops-repos/testing/add-ops-repo.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addSuccess } from "../workloads/testing/add-success.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

let count = 0;

/** A project whose deployments are asked about. What becomes of them meanwhile is not what is tried here. */
async function makeProject() {
  const id = await platform.addProject("admin", `shop-${++count}`);
  const send = (method: string, path = "", body?: unknown, token = admin) =>
    platform.send(method, `/api/projects/${id}/deployments${path}`, token, body);
  /** Notes that what is wanted in production has become healthy. */
  const succeed = async () => {
    const row = platform.db
      .selectFrom("workloads")
      .where("project_id", "=", id)
      .where("environment", "=", "production");
    await addSuccess(platform.db, (await row.select("id").executeTakeFirstOrThrow()).id);
  };
  return { id, send, succeed };
}

const environments = "environment must be one of: preview, staging, production";

describe("making one", () => {
  test("answers with it as it is wanted, deployed by the caller, and nothing known of it yet", async () => {
    const { id, send } = await makeProject();
    const wanted = { image_ref: "registry.test/app:1", manifest_path: "/deploy/app.yaml", values_override: { n: [1] } };
    const { status, body } = await send("POST", "", { environment: "staging", ...wanted });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ project_id: id, environment: "staging", image_ref: "registry.test/app:1", values_override: { n: [1] } },
      ...{ manifest_path: "deploy/app.yaml", ops_repo_id: null, desired_status: "active", current_status: "pending" },
      ...{ current_sha: null, deployed_by: await platform.idOf("users", "admin"), deployed_by_name: "admin" },
      ...{ deployed_at: null, generation: 1, observed_generation: 0, reason: null, message: null, failures: 0 },
      ...{ next_attempt_at: null, stalled: false, url: null, commit_sha: null, pipeline_id: null },
    });
    expect(Object.keys(body)).not.toContain("claimed_by");
    expect((await send("GET", "/staging")).body).toMatchObject({ id: body.id, image_ref: "registry.test/app:1" });
    await send("POST", "", { environment: "production", image_ref: "app:2" });
    const { body: list } = await send("GET", "?limit=1");
    expect([list.total, list.items.length, list.items[0].environment]).toEqual([2, 1, "production"]);
  });

  test("names the commit of an image that is one", async () => {
    const { send } = await makeProject();
    const commit_sha = "0123456789".repeat(4);
    const { body } = await send("POST", "", { environment: "staging", image_ref: `git:${commit_sha}` });
    expect(body).toMatchObject({ commit_sha });
    expect((await send("PATCH", "/staging", { image_ref: "app:1" })).body).toMatchObject({ commit_sha: null });
  });

  test("is refused where there is one, naming its image and how it is since when, and changes nothing", async () => {
    const { send } = await makeProject();
    await send("POST", "", { environment: "production", image_ref: "app:1" });
    const { status, body } = await send("POST", "", { environment: "production", image_ref: "app:2" });
    expect(status).toBe(409);
    expect(body.error).toMatch(
      /^production has a deployment already \(app:1, [a-z]+ since 20[0-9-]+T[0-9:.]+Z\): update it instead$/,
    );
    expect((await send("GET", "/production")).body).toMatchObject({ image_ref: "app:1", generation: 1 });
  });

  test.each([
    ["another environment", { environment: "qa", image_ref: "app:1" }, { path: "environment", message: environments }],
    ["no environment", { image_ref: "app:1" }, { path: "environment", message: environments }],
    ["an empty image", { environment: "staging", image_ref: "" }, { path: "image_ref" }],
    ["a command for an image", { environment: "staging", image_ref: "app:1;id" }, { path: "image_ref" }],
    ["an image without a letter", { environment: "staging", image_ref: "://" }, { path: "image_ref" }],
    [
      "a path out of the repository",
      { environment: "staging", image_ref: "a", manifest_path: "../x" },
      { path: "manifest_path" },
    ],
    [
      "values that are too many",
      { environment: "staging", image_ref: "a", values_override: "x".repeat(70_000) },
      { path: "values_override" },
    ],
    ["an ops repo that is none", { environment: "staging", image_ref: "a", ops_repo_id: "x" }, { path: "ops_repo_id" }],
    [
      "an ops repo that is not there",
      { environment: "staging", image_ref: "a", ops_repo_id: "00000000-0000-4000-8000-000000000000" },
      { path: "ops_repo_id", message: "there is no such ops repo" },
    ],
  ])("is refused for %s", async (_, body, field) => {
    const { send } = await makeProject();
    const answer = await send("POST", "", body);
    expect([answer.status, answer.body.fields?.[0]]).toEqual([400, expect.objectContaining(field)]);
    expect((await send("GET")).body.total).toBe(0);
  });

  test("has one effect however often it is sent with one key", async () => {
    const { id, send } = await makeProject();
    const post = (path: string, body?: unknown) =>
      platform.request(`/api/projects/${id}/deployments${path}`, admin, {
        ...{ method: "POST", ...(body !== undefined && { body: JSON.stringify(body) }) },
        headers: {
          "idempotency-key": `key-${path}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
      });
    const wanted = { environment: "production", image_ref: "app:1" };
    const answers = [await post("", wanted), await post("", wanted)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.headers.get("idempotency-replayed")).toBe("true");
    expect((await send("GET")).body.total).toBe(1);
  });
});

describe("of an environment that has none, or is none", () => {
  test.each([
    ["GET", "", undefined],
    ["PATCH", "", {}],
    ["POST", "/rollback", undefined],
    ["GET", "/history", undefined],
    ["GET", "/logs", undefined],
    ["DELETE", "", undefined],
  ])("%s %s answers 404, and 400 before it looks who asks", async (method, path, body) => {
    const { send } = await makeProject();
    expect(await send(method, `/staging${path}`, body)).toMatchObject({ status: 404, body: { error: "deployment" } });
    const stranger = await platform.token({ user: "admin", scopes: ["alert:manage"] });
    for (const token of [admin, stranger]) {
      const answer = await send(method, `/qa${path}`, body, token);
      expect([answer.status, answer.body.fields]).toEqual([400, [{ path: "environment", message: environments }]]);
    }
    expect((await send(method, `/qa${path}`, body, "nobody")).status).toBe(401);
  });
});

test("who may not deploy is told which permission is missing", async () => {
  const { id, send } = await makeProject();
  await send("POST", "", { environment: "production", image_ref: "app:1" });
  const token = await platform.token({ user: "admin", scopes: ["deploy:read"] });
  const refused = { status: 403, body: { error: "forbidden", permission: "deploy:promote" } };
  expect(await send("GET", "/production", undefined, token)).toMatchObject({ status: 200 });
  expect(await send("POST", "", { environment: "staging", image_ref: "a" }, token)).toMatchObject(refused);
  expect(await send("PATCH", "/production", {}, token)).toMatchObject(refused);
  expect(await send("POST", "/production/rollback", undefined, token)).toMatchObject(refused);
  expect(await send("DELETE", "/production", undefined, token)).toMatchObject(refused);
  const writer = await platform.token({ user: "admin", scopes: ["project:read", "project:write"], project: id });
  expect(await send("GET", "", undefined, writer)).toMatchObject({ status: 403, body: { permission: "deploy:read" } });
});

test("whoever may not read ops repos has no other file of one deployed", async () => {
  const { id, send } = await makeProject();
  const ops_repo_id = await addOpsRepo(platform.db, "unread");
  const wanted = { image_ref: "app:1", ops_repo_id, manifest_path: "web.yaml" };
  await send("POST", "", { environment: "production", ...wanted });
  const bound = await platform.token({ user: "admin", scopes: ["deploy:read", "deploy:promote"], project: id });
  const patch = (body: object) => send("PATCH", "/production", body, bound);
  expect(await patch({ ...wanted, image_ref: "app:2" })).toMatchObject({ status: 200 });
  for (const manifest_path of ["theirs.yaml", null]) {
    expect(await patch({ manifest_path })).toMatchObject({ status: 403, body: { permission: "deploy:read" } });
  }
  expect(await patch({ manifest_path: null, ops_repo_id: null })).toMatchObject({ status: 200 });
});

describe("changing one", () => {
  test("keeps what is left out, clears by null, and is another generation even without any change", async () => {
    const { send } = await makeProject();
    const wanted = { image_ref: "app:1", values_override: { a: 1 }, manifest_path: "x.yaml" };
    await send("POST", "", { environment: "production", ...wanted });
    expect((await send("PATCH", "/production", { image_ref: "app:2" })).body).toMatchObject({
      ...{ generation: 2, image_ref: "app:2", values_override: { a: 1 }, manifest_path: "x.yaml" },
    });
    const { status, body } = await send("PATCH", "/production", { values_override: null, manifest_path: null });
    expect([status, body]).toMatchObject([
      200,
      { generation: 3, image_ref: "app:2", values_override: null, manifest_path: null, desired_status: "active" },
    ]);
    expect((await send("PATCH", "/production", {})).body).toMatchObject({ generation: 4, current_status: "pending" });
  });

  test("stops and starts it, and says where else to ask for a rollback", async () => {
    const { send } = await makeProject();
    await send("POST", "", { environment: "production", image_ref: "app:1" });
    const stopped = await send("PATCH", "/production", { desired_status: "stopped" });
    expect(stopped.body).toMatchObject({ desired_status: "stopped", generation: 2 });
    const started = await send("PATCH", "/production", { desired_status: "active" });
    expect(started.body).toMatchObject({ desired_status: "active", generation: 3 });
    const message = "desired_status must be 'active' or 'stopped' (use rollback endpoint for rollback)";
    for (const desired_status of ["rollback", "running", "paused"]) {
      const { status, body } = await send("PATCH", "/production", { desired_status });
      expect([status, body.fields]).toEqual([400, [{ path: "desired_status", message }]]);
    }
  });
});

describe("rolling one back", () => {
  test("three times in a row goes back through three images with their values, and then says that there is none", async () => {
    const { send, succeed } = await makeProject();
    const wanted = [1, 2, 3, 4].map((number) => ({ image_ref: `app:${number}`, values_override: { number } }));
    for (const [index, change] of wanted.entries()) {
      const create = index === 0;
      await send(create ? "POST" : "PATCH", create ? "" : "/production", {
        ...(create && { environment: "production" }),
        ...change,
      });
      await succeed();
    }
    for (const [index, number] of [3, 2, 1].entries()) {
      const { status, body } = await send("POST", "/production/rollback");
      expect([status, body]).toEqual([200, { ok: true, image_ref: `app:${number}`, generation: 5 + index }]);
      const { body: now } = await send("GET", "/production");
      expect(now).toMatchObject({ image_ref: `app:${number}`, values_override: { number }, desired_status: "active" });
      await succeed();
    }
    const before = (await send("GET", "/production")).body;
    const refused = await send("POST", "/production/rollback");
    expect([refused.status, refused.body.error]).toEqual([
      409,
      "there is no earlier successful deployment of another image",
    ]);
    const { generation, image_ref, values_override } = before;
    expect((await send("GET", "/production")).body).toMatchObject({ generation, image_ref, values_override });
  });

  test("without a success of another image says so at once, and changes nothing", async () => {
    const { send, succeed } = await makeProject();
    await send("POST", "", { environment: "production", image_ref: "app:1" });
    await succeed();
    await send("PATCH", "/production", { values_override: [1] });
    await succeed();
    expect((await send("POST", "/production/rollback")).status).toBe(409);
    expect((await send("GET", "/production")).body).toMatchObject({ generation: 2, values_override: [1] });
  });

  test("goes by one environment alone, and starts one that was stopped", async () => {
    const { send, succeed } = await makeProject();
    await send("POST", "", { environment: "staging", image_ref: "app:0" });
    await send("POST", "", { environment: "production", image_ref: "app:1" });
    await succeed();
    expect((await send("POST", "/staging/rollback")).status).toBe(409);
    await send("PATCH", "/production", { image_ref: "app:2" });
    await succeed();
    await send("PATCH", "/production", { desired_status: "stopped" });
    expect((await send("POST", "/production/rollback")).body).toMatchObject({ image_ref: "app:1" });
    expect((await send("GET", "/production")).body).toMatchObject({ desired_status: "active" });
  });
});

describe("its end", () => {
  test("is for whoever asks at once, while its history stays; another may be made at any time", async () => {
    const { id, send, succeed } = await makeProject();
    const { body: first } = await send("POST", "", { environment: "production", image_ref: "app:1" });
    await succeed();
    expect(await send("DELETE", "/production")).toMatchObject({ status: 200, body: { ok: true } });
    expect((await send("GET", "/production")).status).toBe(404);
    expect((await send("GET")).body).toEqual({ items: [], total: 0 });
    expect((await send("DELETE", "/production")).status).toBe(404);
    const { status, body: history } = await send("GET", "/production/history");
    expect(status).toBe(200);
    expect(history.items).toContainEqual(
      expect.objectContaining({ deployment_id: first.id, image_ref: "app:1", status: "success", action: "deploy" }),
    );
    expect((await send("POST", "", { environment: "production", image_ref: "app:2" })).status).toBe(201);
    expect((await send("GET", "/production")).body).toMatchObject({ image_ref: "app:2", values_override: null });
    expect((await platform.send("DELETE", `/api/projects/${id}`, admin)).status).toBe(200);
  });

  test("comes with that of its project", async () => {
    const { id, send } = await makeProject();
    await send("POST", "", { environment: "production", image_ref: "app:1" });
    expect((await platform.send("DELETE", `/api/projects/${id}`, admin)).status).toBe(200);
    const left = platform.db.selectFrom("workloads").where("project_id", "=", id).select("removal_reason");
    for (const row of await left.execute()) expect(row.removal_reason).toBe("project_deleted");
  });
});

test("what somebody decides is not undone by a pipeline that was under way", async () => {
  const { id, send } = await makeProject();
  const pipeline = { project_id: id, trigger: "push", git_ref: "main", branch: "main", definition: "{}" } as const;
  const { db } = platform;
  const row = db
    .insertInto("pipelines")
    .values({ ...pipeline, status: "running" })
    .returning(["id", "created_at"]);
  const { id: pipelineId, created_at } = await row.executeTakeFirstOrThrow();
  await send("POST", "", { environment: "production", image_ref: "app:1" });
  /** Whether a pipeline that was made when this one was changes nothing any more. */
  const isLate = async () => {
    const newer = db.selectFrom("workloads").where("project_id", "=", id).where("pipeline_created_at", ">", created_at);
    return (await newer.select("id").execute()).length === 1;
  };
  const forget = () =>
    db.updateTable("workloads").where("project_id", "=", id).set({ pipeline_created_at: null }).execute();
  expect(await isLate()).toBe(true);
  const changes = { image_ref: "app:2", desired_status: "stopped", values_override: [1] };
  const late = [];
  for (const [name, value] of Object.entries(changes)) {
    await forget();
    await send("PATCH", "/production", { [name]: value });
    late.push(await isLate());
  }
  // A newer commit with other values is what both have asked for.
  expect(late).toEqual([true, true, false]);

  await send("DELETE", "/production");
  const checked = db.selectFrom("pipelines").where("id", "=", pipelineId).select("deploy_checked_at");
  expect(await checked.executeTakeFirst()).toEqual({ deploy_checked_at: expect.any(String) });
});

test("history is paged, the newest first, with who did it", async () => {
  const { send, succeed } = await makeProject();
  await send("POST", "", { environment: "production", image_ref: "app:1" });
  await succeed();
  await send("PATCH", "/production", { image_ref: "app:2" });
  await succeed();
  const { body } = await send("GET", "/production/history?limit=100");
  const successes = body.items.filter(({ status }: { status: string }) => status === "success");
  expect(successes).toMatchObject([
    { image_ref: "app:2", generation: 2, action: "deploy", deployed_by_name: "admin", reason: null },
    { image_ref: "app:1", generation: 1, action: "deploy", deployed_by_name: "admin", reason: null },
  ]);
  const page = await send("GET", "/production/history?limit=1&offset=1");
  expect([page.body.total, page.body.items.length]).toEqual([expect.any(Number), 1]);
  expect(page.body.total).toBeGreaterThanOrEqual(2);
});

test("every change is in the audit log, without the values", async () => {
  const { id, send } = await makeProject();
  await send("POST", "", { environment: "production", image_ref: "app:1", values_override: { password: "hidden" } });
  await send("PATCH", "/production", { image_ref: "app:2" });
  await send("DELETE", "/production");
  const entries = await platform.db
    .selectFrom("audit_log")
    .where("project_id", "=", id)
    .where("resource", "=", "deployment")
    .select(["action", "before", "after"])
    .orderBy("id")
    .execute();
  const path = "/api/projects/{project_id}/deployments";
  expect(entries).toEqual([
    {
      ...{ action: `POST ${path}`, before: null },
      after: expect.objectContaining({ environment: "production", image_ref: "app:1" }),
    },
    {
      action: `PATCH ${path}/{environment}`,
      before: { generation: 1, image_ref: "app:1" },
      after: { generation: 2, image_ref: "app:2" },
    },
    {
      action: `DELETE ${path}/{environment}`,
      before: { environment: "production", image_ref: "app:2", desired_status: "active" },
      after: null,
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain("hidden");
});
