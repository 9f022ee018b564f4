import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WorkTree } from "../../git/testing/work-tree.ts";
import { reconcileAll } from "../../git/upkeep/reconcile.ts";
import { type Scene, Stage } from "../testing/scene.ts";

let stage: Stage;
let developer: string;
let scene: Scene;
let tree: WorkTree;
beforeAll(async () => {
  stage = await Stage.create();
  developer = await stage.user("developer", "developer");
});
afterAll(() => stage.close());
beforeEach(async () => {
  scene = await stage.scene();
  tree = await WorkTree.create();
  const remote = stage.platform.url.replace("http://", `http://developer:${developer}@`);
  await tree.git("remote", "add", "origin", `${remote}/admin/${scene.name}.git`);
  await tree.git("fetch", "--quiet", "origin");
  await tree.git("reset", "--quiet", "--hard", "origin/main");
});
afterEach(() => tree[Symbol.dispose]());

/** A branch with one commit, made and pushed by the developer. */
async function pushed(branch: string): Promise<string> {
  await tree.git("checkout", "--quiet", "-b", branch, "origin/main");
  const sha = await tree.commit("x\n", `${branch}.txt`);
  await tree.git("push", "--quiet", "origin", branch);
  return sha;
}

describe("a push", () => {
  test("that brings a merge request's head into its target has merged it", async () => {
    const head = await pushed("topic");
    const number = await scene.open("topic");
    await tree.git("checkout", "--quiet", "-b", "local", "origin/main");
    await tree.commit("y\n", "other");
    await tree.git("merge", "--quiet", "--no-ff", "-m", "by hand", "topic");
    await tree.git("push", "--quiet", "origin", "local:main");
    expect(await scene.get(number)).toMatchObject({
      status: "merged",
      merged_by_name: "developer",
      merge_commit_sha: await tree.git("rev-parse", "HEAD"),
      head_sha: head,
    });
    expect((await scene.send("GET", `/${number}/diff`)).body.files).toMatchObject([{ path: "topic.txt" }]);
  });

  test("that takes the source branch away in the same breath has merged it too", async () => {
    const head = await pushed("topic");
    const number = await scene.open("topic");
    await tree.git("push", "--quiet", "origin", "topic:main", ":topic");
    expect(await scene.get(number)).toMatchObject({ status: "merged", head_sha: head });
  });

  test("that brings something else has merged nothing: neither what is not in it nor what has nothing of its own", async () => {
    await pushed("topic");
    scene.git("update-ref", "refs/heads/empty", "main");
    const numbers = [await scene.open("topic"), await scene.open("empty")];
    await tree.git("checkout", "--quiet", "-b", "local", "origin/main");
    await tree.commit("y\n", "other");
    await tree.git("push", "--quiet", "origin", "local:main");
    const statuses = await Promise.all(numbers.map(async (number) => (await scene.get(number)).merge_status));
    expect(statuses).toEqual(["mergeable", "up_to_date"]);
  });

  test("to the source branch is the new head, which is kept when the branch is deleted", async () => {
    await pushed("topic");
    const number = await scene.open("topic");
    await tree.commit("more\n");
    await tree.git("commit", "--quiet", "--amend", "--message", "amended");
    const head = await tree.git("rev-parse", "HEAD");
    await tree.git("push", "--quiet", "--force", "origin", "topic");
    expect((await scene.send("GET", "")).body.items[0].head_sha).toBe(head);
    await tree.git("push", "--quiet", "origin", ":topic");
    expect(await scene.get(number)).toMatchObject({
      status: "open",
      merge_status: "source_missing",
      head_sha: head,
      ahead_by: null,
    });
    expect((await scene.send("GET", `/${number}/diff`)).body).toMatchObject({ head_sha: head, total_files: 2 });
    await tree.git("fetch", "--quiet", "origin", `refs/merge-requests/${number}/head`);
    expect(await tree.git("rev-parse", "FETCH_HEAD")).toBe(head);
  });
});

test("what has come into the target by no push that anybody knows of is merged, by nobody that is known", async () => {
  const head = await pushed("topic");
  const number = await scene.open("topic");
  scene.git("update-ref", "refs/heads/main", head);
  const { db, repositories } = stage.platform;
  await reconcileAll({ db, repositories, minimumLockAge: 0 });
  expect(await scene.get(number)).toMatchObject({ status: "merged", merged_by: null, merge_commit_sha: head });
});

test("a merge brings along those whose head is part of it", async () => {
  const first = await pushed("first");
  await tree.git("checkout", "--quiet", "-b", "second", "first");
  await tree.commit("y\n", "second.txt");
  await tree.git("push", "--quiet", "origin", "second");
  const numbers = [await scene.open("first"), await scene.open("second")] as const;
  await scene.merge(numbers[1]);
  expect(await scene.get(numbers[0])).toMatchObject({ status: "merged", merged_by_name: "admin", head_sha: first });
});

test("the refs that keep heads are nobody's to push, and no part of a clone or of what is recorded", async () => {
  await pushed("topic");
  const number = await scene.open("topic");
  const refused = await tree.try("push", "origin", `+main:refs/merge-requests/${number}/head`);
  expect(refused.text).toContain("only branches (refs/heads/) and tags (refs/tags/) can be changed");
  expect((await tree.try("push", "origin", `:refs/merge-requests/${number}/head`)).ok).toBe(false);
  await tree.git("clone", "--quiet", await tree.git("remote", "get-url", "origin"), "clone");
  expect(await tree.git("-C", "clone", "for-each-ref", "--format=%(refname)", "refs/merge-requests")).toBe("");
  const recorded = await stage.platform.db
    .selectFrom("recorded_refs")
    .where("project_id", "=", scene.id)
    .orderBy("ref")
    .select("ref")
    .execute();
  expect(recorded.map(({ ref }) => ref)).toEqual(["refs/heads/main", "refs/heads/topic"]);
});
