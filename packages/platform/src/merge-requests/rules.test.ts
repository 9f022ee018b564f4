import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "./testing/scene.ts";

let stage: Stage;
let developer: string;
beforeAll(async () => {
  stage = await Stage.create();
  developer = await stage.user("developer", "developer");
});
afterAll(() => stage.close());

describe("a project that asks for an approval", () => {
  test("gets what somebody else has approved, as it is, and nothing else", async () => {
    const scene = await stage.scene();
    await scene.settings({ merge_requires_approval: true });
    const head = scene.branch("topic");
    const number = await scene.open("topic");
    const why = `the project asks for an approval of ${head.slice(0, 10)} by somebody else who may write to it: ask for a review`;
    expect(await scene.get(number)).toMatchObject({ merge_status: "blocked", blocked_by: [why] });
    const { status, body } = await scene.merge(number);
    expect([status, body.error]).toEqual([409, `not to be merged yet: ${why}`]);
    await scene.review(number, "approve", developer);
    expect(await scene.get(number)).toMatchObject({ merge_status: "mergeable", blocked_by: [] });
    scene.commit("topic", { sneaked: "in" });
    expect((await scene.merge(number)).status).toBe(409);
    await scene.review(number, "approve", developer);
    expect((await scene.merge(number)).status).toBe(200);
  });

  test("does not get what somebody wants changed, whoever else approves", async () => {
    const scene = await stage.scene();
    await scene.settings({ merge_requires_approval: true });
    const head = scene.branch("topic");
    const number = await scene.open("topic");
    const strict = await stage.user("strict", "developer");
    await scene.review(number, "approve", developer);
    await scene.review(number, "request_changes", strict);
    expect((await scene.get(number)).blocked_by).toEqual([
      `strict asked for changes: push them, or have strict review ${head.slice(0, 10)} again`,
    ]);
    expect((await scene.merge(number)).status).toBe(409);
    await scene.review(number, "approve", strict);
    expect((await scene.merge(number)).status).toBe(200);
  });
});

test("a project that asks for a pipeline gets what its latest one has found good", async () => {
  const scene = await stage.scene();
  await scene.settings({ merge_requires_pipeline: true });
  const head = scene.branch("topic");
  const number = await scene.open("topic");
  const short = head.slice(0, 10);
  const why = async () => (await scene.get(number)).blocked_by;
  expect(await why()).toEqual([
    `the project asks for a successful pipeline, and ${short} has none: trigger one for the source branch`,
  ]);
  const pipeline = async (status: "running" | "failure" | "success") => {
    const row = { project_id: scene.id, trigger: "api", git_ref: "topic", branch: "topic", commit_sha: head } as const;
    const nulls = { triggered_by: null, reason: null, message: null, definition: null };
    const inserted = await stage.platform.db
      .insertInto("pipelines")
      .values({ ...row, ...nulls, status, started_at: null, finished_at: null })
      .returning("id")
      .executeTakeFirstOrThrow();
    return inserted.id;
  };
  const running = await pipeline("running");
  expect(await why()).toEqual([`pipeline ${running} of ${short} is running: wait for its success`]);
  expect((await scene.get(number)).pipeline).toEqual({ id: running, status: "running" });
  const failed = await pipeline("failure");
  expect(await why()).toEqual([`pipeline ${failed} of ${short} ended in failure: push what mends it, or retry it`]);
  expect((await scene.merge(number)).body.error).toContain(failed);
  await pipeline("success");
  expect((await scene.merge(number)).status).toBe(200);
});

describe("an agent", () => {
  test("merges into the default branch what a human who may write has approved, as it is", async () => {
    const scene = await stage.scene();
    const agent = await stage.agent("agent", "developer");
    const other = await stage.agent("other-agent", "admin");
    scene.branch("topic");
    const number = await scene.open("topic", {}, agent);
    const viewer = await stage.user("viewer", "viewer");
    await scene.review(number, "approve", viewer);
    await scene.review(number, "approve", other);
    expect(await scene.get(number, agent)).toMatchObject({ merge_status: "blocked", approvals: 1 });
    // Others see what holds for them.
    expect(await scene.get(number)).toMatchObject({ merge_status: "mergeable" });
    const refused = await scene.merge(number, {}, agent);
    expect([refused.status, refused.body.error]).toEqual([
      409,
      expect.stringContaining("agents may merge into the default branch only what a human who may write"),
    ]);
    await scene.review(number, "approve", developer);
    scene.commit("topic", { more: "x" });
    expect((await scene.merge(number, {}, agent)).status).toBe(409);
    await scene.review(number, "approve", developer);
    const { status, body } = await scene.merge(number, {}, agent);
    expect([status, body.merged_by_name]).toEqual([200, "agent"]);
  });

  test("merges into other branches, and where the project lets agents push into the default one too", async () => {
    const scene = await stage.scene();
    const agent = await stage.agent("free-agent", "developer");
    scene.branch("a");
    scene.branch("b");
    scene.git("update-ref", "refs/heads/release", "main");
    const toRelease = await scene.open("a", { target_branch: "release" }, agent);
    expect((await scene.merge(toRelease, { delete_source_branch: true }, agent)).status).toBe(200);
    await scene.settings({ allow_agent_push_to_default: true });
    expect((await scene.merge(await scene.open("b", {}, agent), {}, agent)).status).toBe(200);
  });
});

test("who may only read merges nothing, and who may not even read learns nothing", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  const reader = await stage.user("reader", "viewer");
  const refused = await scene.merge(number, {}, reader);
  expect([refused.status, refused.body.permission]).toEqual([403, "project:write"]);
  const stranger = await stage.user("stranger");
  await stage.platform.db.updateTable("projects").set({ visibility: "private" }).where("id", "=", scene.id).execute();
  expect((await scene.merge(number, {}, stranger)).status).toBe(404);
});
