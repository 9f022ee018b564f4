import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scene, Stage } from "../testing/scene.ts";

let stage: Stage;
let developer: string;
let viewer: string;
beforeAll(async () => {
  stage = await Stage.create();
  developer = await stage.user("developer", "developer");
  viewer = await stage.user("viewer", "viewer");
});
afterAll(() => stage.close());

/** A merge request of the administrator's, unless somebody else opens it. */
async function opened(token?: string): Promise<{ scene: Scene; number: number; head: string }> {
  const scene = await stage.scene();
  const head = scene.branch("topic");
  return { scene, head, number: await scene.open("topic", {}, token) };
}

const outcome = async (scene: Scene, number: number) => {
  const { approvals, changes_requested } = await scene.get(number);
  return [approvals, changes_requested];
};

describe("a review", () => {
  test("is of the head commit at that moment", async () => {
    const { scene, number, head } = await opened();
    const first = await scene.review(number, "approve", developer, { body: "Fine", commit_sha: head });
    expect([first.status, first.body]).toMatchObject([
      201,
      { verdict: "approve", body: "Fine", commit_sha: head, outdated: false, reviewer_name: "developer" },
    ]);
    expect(await outcome(scene, number)).toEqual([1, 0]);
    const moved = scene.commit("topic", { more: "x" });
    expect(await outcome(scene, number)).toEqual([0, 0]);
    const late = await scene.review(number, "approve", developer, { commit_sha: head });
    expect([late.status, late.body.error]).toEqual([
      409,
      `the head is ${moved} by now, not ${head}: look at what has changed, then review that`,
    ]);
    await scene.review(number, "comment", viewer);
    const { body } = await scene.send("GET", `/${number}/reviews`);
    expect(body.map(({ outdated, commit_sha }: Record<string, unknown>) => [outdated, commit_sha])).toEqual([
      [true, head],
      [false, moved],
    ]);
    expect((await scene.send("GET", `/${number}/reviews?limit=1&offset=1`)).body).toHaveLength(1);
  });

  test("of one's own merge request can only be a comment", async () => {
    const { scene, number } = await opened(developer);
    for (const verdict of ["approve", "request_changes"]) {
      const { status, body } = await scene.review(number, verdict, developer);
      expect([status, body.detail]).toEqual([403, expect.stringContaining("only comment on it")]);
    }
    expect((await scene.review(number, "comment", developer)).status).toBe(201);
    expect((await scene.review(number, "approve")).status).toBe(201);
  });

  test("is refused where there is nothing open to review", async () => {
    const { scene, number } = await opened();
    expect((await scene.review(number, "applaud", developer)).status).toBe(400);
    expect((await scene.review(99, "approve", developer)).status).toBe(404);
    scene.git("update-ref", "-d", "refs/heads/topic");
    expect((await scene.review(number, "approve", developer)).status).toBe(409);
    await scene.send("PATCH", `/${number}`, { status: "closed" });
    expect((await scene.review(number, "approve", developer)).body.error).toBe(
      `merge request ${number} is closed: only open ones are reviewed`,
    );
  });
});

describe("what counts is", () => {
  test("the last verdict of each who may write, and a comment takes none back", async () => {
    const { scene, number } = await opened();
    await scene.review(number, "approve", viewer);
    expect(await outcome(scene, number)).toEqual([0, 0]);
    await scene.review(number, "approve", developer);
    await scene.review(number, "request_changes", developer);
    expect(await outcome(scene, number)).toEqual([0, 1]);
    await scene.review(number, "comment", developer);
    expect(await outcome(scene, number)).toEqual([0, 1]);
    await scene.review(number, "approve", developer);
    expect(await outcome(scene, number)).toEqual([1, 0]);
  });

  test("only what they still may, and did by a credential that could write", async () => {
    const { scene, number } = await opened();
    await stage.platform.addUser("leaver", [{ role: "developer", project: scene.id }]);
    const narrow = await stage.platform.token({ user: "leaver", scopes: ["project:read"] });
    expect((await scene.review(number, "approve", narrow)).status).toBe(201);
    expect(await outcome(scene, number)).toEqual([0, 0]);
    await scene.review(number, "approve", await stage.platform.token({ user: "leaver" }));
    expect(await outcome(scene, number)).toEqual([1, 0]);
    const { db } = stage.platform;
    await db
      .deleteFrom("user_roles")
      .where("user_id", "=", await stage.platform.idOf("users", "leaver"))
      .execute();
    expect(await outcome(scene, number)).toEqual([0, 0]);
  });

  test("not what an agent says of the work of whom it acts for, nor of another of their agents", async () => {
    const own = randomUUID().slice(0, 8);
    const author = await stage.user(`author-${own}`, "developer");
    await stage.user(`other-${own}`, "developer");
    const agent = await stage.agent(`agent-${own}`, `author-${own}`);
    const sibling = await stage.agent(`sibling-${own}`, `author-${own}`);
    const helper = await stage.agent(`helper-${own}`, `agent-${own}`);
    const stranger = await stage.agent(`stranger-${own}`, `other-${own}`);
    const mine = await opened(author);
    for (const token of [agent, sibling, helper]) await mine.scene.review(mine.number, "approve", token);
    expect(await outcome(mine.scene, mine.number)).toEqual([0, 0]);
    await mine.scene.review(mine.number, "approve", stranger);
    expect(await outcome(mine.scene, mine.number)).toEqual([1, 0]);
    const agents = await opened(agent);
    for (const token of [sibling, helper]) await agents.scene.review(agents.number, "approve", token);
    expect(await outcome(agents.scene, agents.number)).toEqual([0, 0]);
    // Whoever asked an agent for the work may find it good: they are a human, and it is not theirs.
    await agents.scene.review(agents.number, "approve", author);
    expect(await outcome(agents.scene, agents.number)).toEqual([1, 0]);
  });
});
