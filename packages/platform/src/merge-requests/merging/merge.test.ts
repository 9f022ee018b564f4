import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "../testing/scene.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.create();
});
afterAll(() => stage.close());

const log = (format: string) => ["log", "-1", `--format=${format}`] as const;

describe("a merge", () => {
  test("makes a merge commit by who merges, and the merge request is merged", async () => {
    const scene = await stage.scene();
    const head = scene.branch("topic");
    const main = scene.commit("main", { other: "x\n" });
    const number = await scene.open("topic", { title: "A topic", body: "What it is about" });
    await stage.platform.db
      .updateTable("users")
      .set({ display_name: "Ada <b> L\u00f6velace", email: "ada@example.test" })
      .where("name", "=", "admin")
      .execute();
    const { status, body } = await scene.merge(number);
    expect([status, body.status, body.merged_by_name, body.merge_status]).toEqual([200, "merged", "admin", null]);
    expect(body.merge_commit_sha).toBe(scene.tip("main"));
    expect(body.head_sha).toBe(head);
    expect(body.merged_at).toMatch(/Z$|\+00:00$/);
    expect(scene.git(...log("%P%n%an%n%ae%n%cn%n%B"), "main")).toBe(
      [
        `${main} ${head}`,
        "Ada b L\u00f6velace",
        "ada@example.test",
        "Ada b L\u00f6velace",
        "Merge branch 'topic' into main",
        "",
        `A topic (!${number})`,
        "",
      ].join("\n"),
    );
    expect(scene.git("ls-tree", "--name-only", "main").split("\n")).toEqual(["README.md", "other", "topic.txt"]);
    expect(scene.tip("topic")).toBe(head);
    expect(await scene.get(number)).toMatchObject({ status: "merged", merge_commit_sha: scene.tip("main") });
  });

  test("is recorded, audited and announced like a push, by who merges", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const number = await scene.open("topic");
    const before = scene.tip("main");
    const developer = await stage.user("developer-of-pushes", "developer");
    const { body } = await scene.merge(number, {}, developer);
    const { db } = stage.platform;
    const updates = await db
      .selectFrom("ref_updates")
      .where("project_id", "=", scene.id)
      .where("ref", "=", "refs/heads/main")
      .orderBy("id")
      .selectAll()
      .execute();
    expect(updates.at(-1)).toMatchObject({
      old_sha: before,
      new_sha: body.merge_commit_sha,
      source: "push",
      pusher_id: await stage.platform.idOf("users", "developer-of-pushes"),
    });
    const audited = await db
      .selectFrom("audit_log")
      .where("project_id", "=", scene.id)
      .where("actor_name", "=", "developer-of-pushes")
      .orderBy("id")
      .select(["action", "resource", "outcome"])
      .execute();
    expect(audited.map(({ action, resource, outcome }) => `${action}: ${resource} ${outcome}`)).toEqual([
      "merge: repository done",
      "merge: merge_request done",
      "POST /api/projects/{project_id}/merge-requests/{number}/merge: merge_request done",
    ]);
    for (const table of ["announced_ref_updates", "merge_attempts"] as const) {
      expect(await db.selectFrom(table).select("push_id").execute()).toEqual([]);
    }
  });

  test("starts the pipeline that a push would, for who merges", async () => {
    const scene = await stage.scene();
    const definition = "on: { push: { branches: [main] } }\npipeline: { steps: [{ name: test, image: node }] }\n";
    scene.commit("topic", { ".platform.yaml": definition }, { parents: ["main"] });
    const { body } = await scene.merge(await scene.open("topic"), { method: "squash" });
    const pipelines = () => stage.platform.send("GET", `/api/projects/${scene.id}/pipelines?git_ref=main`, stage.admin);
    await expect.poll(async () => (await pipelines()).body.total, { timeout: 20_000 }).toBe(1);
    const [pipeline] = (await pipelines()).body.items;
    const triggered_by = await stage.platform.idOf("users", "admin");
    expect(pipeline).toMatchObject({ trigger: "push", commit_sha: body.merge_commit_sha, triggered_by });
  });

  test("by fast-forward makes no commit, and is refused where there would have to be one", async () => {
    const scene = await stage.scene();
    const head = scene.branch("topic");
    const number = await scene.open("topic");
    const other = await scene.open("topic", { target_branch: "main", source_branch: "later" }).catch(() => undefined);
    expect(other).toBeUndefined();
    scene.branch("later");
    const late = await scene.open("later");
    const { status, body } = await scene.merge(number, { method: "fast_forward" });
    expect([status, body.merge_commit_sha, scene.tip("main")]).toEqual([200, head, head]);
    const refused = await scene.merge(late, { method: "fast_forward" });
    expect(refused.status).toBe(409);
    expect(refused.body.error).toContain("main cannot be fast-forwarded, as it has 1 commits that later has not");
    expect(await scene.get(late)).toMatchObject({ status: "open", merge_status: "mergeable", behind_by: 1 });
  });

  test("by squash makes one commit of all, by the author, with what the merge request says", async () => {
    const scene = await stage.scene();
    const author = await stage.user("squashed-author", "developer");
    scene.branch("topic", "a");
    scene.commit("topic", { b: "b\n" });
    const main = scene.commit("main", { other: "x\n" });
    const number = await scene.open("topic", { title: "All of it", body: "In detail" }, author);
    const { status, body } = await scene.merge(number, { method: "squash" });
    expect([status, body.merge_commit_sha]).toEqual([200, scene.tip("main")]);
    expect(scene.git(...log("%P%n%ae%n%ce%n%B"), "main")).toBe(
      `${main}\nsquashed-author@example.test\nada@example.test\nAll of it (!${number})\n\nIn detail\n`,
    );
    expect(scene.git("ls-tree", "--name-only", "main").split("\n")).toEqual(["README.md", "a", "b", "other"]);
  });

  test("says what it is told to say, and takes the branch away if it is told to", async () => {
    const scene = await stage.scene();
    const head = scene.branch("topic");
    const number = await scene.open("topic");
    const message = "Mine\n\nwith -m 'quotes' and\n\n\nlines";
    const answer = await scene.merge(number, { message, delete_source_branch: true });
    expect([answer.status, scene.tip("topic")]).toEqual([200, ""]);
    expect(scene.git(...log("%B"), "main")).toBe(`${message}\n`);
    // What was merged can still be looked at and fetched.
    expect(scene.git("rev-parse", `refs/merge-requests/${number}/head`)).toBe(head);
    expect(await scene.get(number)).toMatchObject({ head_sha: head });
  });

  test("closes the issues that it says it closes", async () => {
    const scene = await stage.scene();
    const issues = `/api/projects/${scene.id}/issues`;
    for (const title of ["one", "two", "three"]) await stage.platform.send("POST", issues, stage.admin, { title });
    scene.branch("topic");
    const number = await scene.open("topic", { title: "Fixes #1", body: "closes #3, and `closes #2`" });
    expect((await scene.merge(number)).status).toBe(200);
    const { body } = await stage.platform.send("GET", issues, stage.admin);
    expect(body.items.map((issue: { status: string }) => issue.status)).toEqual(["closed", "open", "closed"]);
  });
});

describe("a merge is refused, and says what to do,", () => {
  test("when the branches conflict: with the paths", async () => {
    const scene = await stage.scene();
    scene.commit("topic", { "README.md": "one\nmine\nthree\n", new: "" }, { parents: ["main"] });
    scene.commit("main", { "README.md": "one\ntheirs\nthree\n" });
    const number = await scene.open("topic");
    expect(await scene.get(number)).toMatchObject({ merge_status: "conflicts", conflicts: ["README.md"], ahead_by: 1 });
    const main = scene.tip("main");
    for (const method of ["merge", "squash", "fast_forward"]) {
      const { status, body } = await scene.merge(number, { method });
      expect([status, body.conflicts]).toEqual([409, ["README.md"]]);
      expect(body.error).toBe("topic conflicts with main: merge main into it, resolve, and push");
    }
    expect([scene.tip("main"), (await scene.get(number)).status]).toEqual([main, "open"]);
  });

  test("when a branch is gone, there is nothing to merge, or the two share nothing", async () => {
    const scene = await stage.scene();
    for (const name of ["a", "b", "c", "d"]) scene.branch(name);
    scene.git("update-ref", "refs/heads/release", "main");
    const numbers = [
      await scene.open("a"),
      await scene.open("b", { target_branch: "release" }),
      await scene.open("c"),
      await scene.open("d"),
    ];
    scene.git("update-ref", "-d", "refs/heads/a");
    scene.git("update-ref", "-d", "refs/heads/release");
    scene.git("update-ref", "refs/heads/c", "main");
    scene.commit("d", { alone: "x" }, { parents: [] });
    const [a = 0, b = 0, c = 0, d = 0] = numbers;
    const said = async (number: number) => {
      const { status, body } = await scene.merge(number);
      const { merge_status, head_sha } = await scene.get(number);
      return [status, body.error, merge_status, typeof head_sha];
    };
    expect(await said(a)).toEqual([
      409,
      "the source branch a is gone: push it again, or close the merge request",
      "source_missing",
      "string",
    ]);
    expect(await said(b)).toEqual([
      409,
      "the target branch release is gone: change the merge request's target",
      "target_missing",
      "string",
    ]);
    expect(await said(c)).toEqual([
      409,
      "main has all of c already: there is nothing to merge",
      "up_to_date",
      "string",
    ]);
    expect(await said(d)).toEqual([
      409,
      "not to be merged yet: the branches share no history: make the change again on the target",
      "blocked",
      "string",
    ]);
  });

  test("when the head is another than expected, it is closed, or merged already", async () => {
    const scene = await stage.scene();
    const seen = scene.branch("topic");
    const number = await scene.open("topic");
    const head = scene.commit("topic", { more: "x" });
    const moved = await scene.merge(number, { expected_head_sha: seen });
    expect([moved.status, moved.body.error]).toEqual([
      409,
      `the head is ${head} by now, not ${seen}: look at what has changed, then merge that`,
    ]);
    expect((await scene.merge(number, { expected_head_sha: head.slice(0, 10) })).status).toBe(400);
    await scene.send("PATCH", `/${number}`, { status: "closed" });
    expect((await scene.merge(number)).body.error).toBe(`merge request ${number} is closed: reopen it first`);
    await scene.send("PATCH", `/${number}`, { status: "open" });
    expect((await scene.merge(number, { expected_head_sha: head })).status).toBe(200);
    const again = await scene.merge(number);
    expect(again.body.error).toBe(`merge request ${number} has been merged already, as ${scene.tip("main")}`);
    expect((await scene.merge(99)).body.error).toBe("merge request");
  });

  test("when the source branch that it would delete is protected", async () => {
    const scene = await stage.scene();
    scene.branch("release");
    const main = scene.commit("main", { x: "" });
    const number = await scene.open("main", { target_branch: "release" });
    const { status, body } = await scene.merge(number, { delete_source_branch: true });
    expect([status, body.error]).toEqual([
      409,
      "main cannot be deleted: the default branch cannot be deleted: merge without delete_source_branch",
    ]);
    expect(scene.tip("main")).toBe(main);
    expect((await scene.merge(number)).status).toBe(200);
  });
});
