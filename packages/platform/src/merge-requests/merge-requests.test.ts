import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordRefUpdates } from "../git/refs/record-ref-updates.ts";
import { endWorkload } from "../workloads/end-workload.ts";
import { addPreview } from "../workloads/testing/add-preview.ts";
import { Stage } from "./testing/scene.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.create();
});
afterAll(() => stage.close());

describe("opening", () => {
  test("answers with how it stands, and keeps its head", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const head = scene.commit("topic", { second: "x\n" });
    scene.commit("main", { other: "x\n" });
    const body = { source_branch: "topic", target_branch: "main", title: "Titled", body: "Long" };
    const { status, body: created } = await scene.send("POST", "", body);
    expect(status).toBe(201);
    expect(created).toMatchObject({
      ...body,
      number: 1,
      status: "open",
      author_name: "admin",
      head_sha: head,
      merge_status: "mergeable",
      ahead_by: 2,
      behind_by: 1,
      blocked_by: [],
      approvals: 0,
      changes_requested: 0,
      pipeline: null,
      preview_url: null,
      comment_count: 0,
      merged_by: null,
      merge_commit_sha: null,
    });
    expect(created).not.toHaveProperty("base_sha");
    expect(await scene.get(1)).toEqual(created);
    expect(scene.git("rev-parse", "refs/merge-requests/1/head")).toBe(head);
    const moved = scene.commit("topic", { third: "x\n" });
    expect(await scene.get(1)).toMatchObject({ head_sha: moved, ahead_by: 3 });
  });

  test("asks for two branches that exist, and names the one that does not", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const title = "x";
    const fields = async (source_branch: string, target_branch: string) => {
      const { status, body } = await scene.send("POST", "", { source_branch, target_branch, title });
      return [status, body.fields?.[0]];
    };
    const absent = { path: "source_branch", message: "does not exist: push it first" };
    // What means a commit to git is no branch.
    for (const name of ["gone", "main~0", "topic^{}", "m*", "refs/heads/topic", "HEAD", "@", "to pic", "-n", "a\nb"]) {
      expect(await fields(name, "main"), name).toEqual([400, absent]);
    }
    expect(await fields("topic", "gone")).toEqual([400, { path: "target_branch", message: "does not exist" }]);
    expect(await fields("topic", "topic")).toEqual([
      400,
      { path: "target_branch", message: "must be another branch than source_branch" },
    ]);
    expect((await fields("topic", "a..b"))[0]).toBe(400);
  });

  test("a second one for the same branches is refused with the first one's number", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    scene.git("update-ref", "refs/heads/release", "main");
    const first = await scene.open("topic");
    const second = await scene.open("topic", { target_branch: "release" });
    const body = { source_branch: "topic", target_branch: "main", title: "Again" };
    const said = `merge request ${first} is open for these branches already`;
    const again = await scene.send("POST", "", body);
    expect([again.status, again.body.error]).toEqual([409, said]);
    const retargeted = await scene.send("PATCH", `/${second}`, { target_branch: "main" });
    expect([retargeted.status, retargeted.body.error]).toEqual([409, said]);
    await scene.send("PATCH", `/${first}`, { status: "closed" });
    const third = await scene.send("POST", "", body);
    expect([third.status, third.body.number]).toEqual([201, 3]);
    const reopened = await scene.send("PATCH", `/${first}`, { status: "open" });
    expect([reopened.status, reopened.body.error]).toEqual([409, "merge request 3 is open for these branches already"]);
  });

  test("while its source branch is pushed to gets the new head, whichever comes first", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const { db, repositories } = stage.platform;
    const repository = repositories.of(scene.id);
    await db.transaction().execute((tx) => recordRefUpdates(tx, repository, scene.id));
    const waiting = async () => {
      const { rows } = await sql<{ count: number }>`select count(*) from pg_locks where not granted`.execute(db);
      return rows[0]?.count;
    };
    let opening: Promise<number> | undefined;
    let recorded = false;
    let recording: Promise<unknown> | undefined;
    let head = "";
    await db.transaction().execute(async (tx) => {
      // It has looked at the branch by the time when it wants its number.
      await tx.selectFrom("projects").where("id", "=", scene.id).selectAll().forNoKeyUpdate().execute();
      opening = scene.open("topic");
      await expect.poll(waiting).toBe(1);
      head = scene.commit("topic", { more: "x" });
      recording = db
        .transaction()
        .execute((other) => recordRefUpdates(other, repository, scene.id))
        .then(() => {
          recorded = true;
        });
      await expect.poll(async () => recorded || (await waiting()) === 2).toBe(true);
    });
    await Promise.all([opening, recording]);
    expect((await scene.send("GET", "")).body.items[0].head_sha).toBe(head);
    expect(scene.git("rev-parse", "refs/merge-requests/1/head")).toBe(head);
  });

  test("many at once get numbers without gaps, and one of those for the same branches wins", async () => {
    const scene = await stage.scene();
    const branches = Array.from({ length: 6 }, (_, index) => `b${index}`);
    for (const name of branches) scene.branch(name);
    const asked = [...branches, ...branches].map((source_branch) =>
      scene.send("POST", "", { source_branch, target_branch: "main", title: source_branch }),
    );
    const answers = await Promise.all(asked);
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.number);
    expect(made.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });
});

test("a list is filtered by all that it can be, the newest first", async () => {
  const scene = await stage.scene();
  const writer = await stage.user("list-writer", "developer");
  for (const name of ["a", "b", "c"]) scene.branch(name);
  scene.git("update-ref", "refs/heads/release", "main");
  await scene.open("a", { title: "Needle_1" });
  await scene.open("b", { body: "with a NEEDLE%" }, writer);
  await scene.open("c", { target_branch: "release" }, writer);
  await scene.merge(1);
  await scene.send("PATCH", "/3", { status: "closed" });
  const found = async (query: string) => {
    const { status, body } = await scene.send("GET", `?${query}`);
    return status === 200
      ? [body.total, ...body.items.map(({ number }: { number: number }) => number)]
      : body.fields[0].path;
  };
  expect(await found("")).toEqual([3, 3, 2, 1]);
  expect(await found("limit=1&offset=1")).toEqual([3, 2]);
  expect(await found("status=merged")).toEqual([1, 1]);
  expect(await found("status=open")).toEqual([1, 2]);
  expect(await found("author=list-writer")).toEqual([2, 3, 2]);
  expect(await found(`author_id=${await stage.platform.idOf("users", "admin")}`)).toEqual([1, 1]);
  expect(await found("source_branch=b")).toEqual([1, 2]);
  expect(await found("target_branch=release")).toEqual([1, 3]);
  expect(await found("search=needle")).toEqual([2, 2, 1]);
  expect(await found("search=needle%25")).toEqual([1, 2]);
  expect(await found("search=needle_")).toEqual([1, 1]);
  expect(await found("status=merging")).toBe("status");
});

describe("a change", () => {
  test("is made by the author and by who may write, and by nobody else", async () => {
    const scene = await stage.scene();
    await stage.platform.addUser("former-writer", [{ role: "developer", project: scene.id }]);
    const author = await stage.platform.token({ user: "former-writer" });
    scene.branch("topic");
    const number = await scene.open("topic", {}, author);
    await stage.platform.db
      .deleteFrom("user_roles")
      .where("user_id", "=", await stage.platform.idOf("users", "former-writer"))
      .execute();
    const reader = await stage.user("reader-of-changes", "viewer");
    const change = (token: string, body: object) => scene.send("PATCH", `/${number}`, body, token);
    expect(await change(author, { title: "By the author", body: null })).toMatchObject({
      status: 200,
      body: { title: "By the author", body: null },
    });
    expect((await change(stage.admin, { title: "By a writer" })).body.title).toBe("By a writer");
    const refused = await change(reader, { title: "By a reader" });
    expect([refused.status, refused.body.permission]).toEqual([403, "project:write"]);
    expect((await change(author, {})).status).toBe(200);
    expect((await scene.merge(number, {}, author)).status).toBe(403);
    expect((await scene.send("PATCH", "/99", { title: "x" })).status).toBe(404);
  });

  test("of the status closes and reopens, but what is merged stays merged", async () => {
    const scene = await stage.scene();
    const head = scene.branch("topic");
    const number = await scene.open("topic");
    const set = (body: object) => scene.send("PATCH", `/${number}`, body);
    expect((await set({ status: "closed" })).body).toMatchObject({ status: "closed", merge_status: null });
    const moved = scene.commit("topic", { more: "x" });
    expect((await scene.get(number)).head_sha).toBe(head);
    expect((await set({ target_branch: "main" })).status).toBe(409);
    expect((await set({ status: "open" })).body).toMatchObject({ merge_status: "mergeable", head_sha: moved });
    await set({ status: "closed" });
    scene.git("update-ref", "-d", "refs/heads/topic");
    const gone = await set({ status: "open" });
    expect([gone.status, gone.body.fields[0].path]).toEqual([400, "source_branch"]);
    scene.git("update-ref", "refs/heads/topic", moved);
    await set({ status: "open" });
    await scene.merge(number);
    for (const body of [{ status: "open" }, { status: "closed" }, { target_branch: "main" }]) {
      const { status, body: said } = await set(body);
      expect([status, said.error]).toEqual([409, `merge request ${number} has been merged, and stays so`]);
    }
    expect((await set({ title: "Afterwards" })).body).toMatchObject({ status: "merged", title: "Afterwards" });
    expect((await set({ status: "merged" })).status).toBe(400);
  });

  test("of the target looks at everything anew: what was approved for another branch is not approved for this", async () => {
    const scene = await stage.scene();
    await scene.settings({ merge_requires_approval: true });
    scene.git("update-ref", "refs/heads/release", "main");
    scene.commit("topic", { "README.md": "mine\n" }, { parents: ["main"] });
    scene.commit("main", { "README.md": "theirs\n" });
    const number = await scene.open("topic", { target_branch: "release" });
    const reviewer = await stage.user("reviewer-of-targets", "developer");
    await scene.review(number, "approve", reviewer);
    expect(await scene.get(number)).toMatchObject({ merge_status: "mergeable", approvals: 1 });
    const { body } = await scene.send("PATCH", `/${number}`, { target_branch: "main" });
    expect(body).toMatchObject({ merge_status: "conflicts", approvals: 0, conflicts: ["README.md"] });
    const [review] = (await scene.send("GET", `/${number}/reviews`)).body;
    expect(review.outdated).toBe(true);
  });
});

test("a diff is what the branch changed since it left the target, and stays what it was once that is history", async () => {
  const scene = await stage.scene();
  const base = scene.tip("main");
  const head = scene.commit("topic", { "README.md": "one\ntwo\nthree\nfour\n", "d/new": "x\n" }, { parents: ["main"] });
  scene.commit("main", { unrelated: "x\n" });
  const number = await scene.open("topic");
  const diff = async (query = "") => (await scene.send("GET", `/${number}/diff${query}`)).body;
  const open = await diff();
  expect(open).toMatchObject({ base_sha: base, head_sha: head, total_files: 2, additions: 2, deletions: 0 });
  expect(open.patch).toContain("+four");
  expect((await diff("?path=d&patch_limit=0")).files).toMatchObject([{ path: "d/new", status: "added" }]);
  expect((await diff("?patch_limit=0")).patch).toBe("");
  await scene.send("PATCH", `/${number}`, { status: "closed" });
  expect(await diff()).toEqual(open);
  await scene.send("PATCH", `/${number}`, { status: "open" });
  await scene.merge(number, { method: "squash", delete_source_branch: true });
  expect(await diff()).toEqual(open);
  expect((await scene.send("GET", "/99/diff")).status).toBe(404);
});

test("comments are counted and belong to their merge request", async () => {
  const scene = await stage.scene();
  scene.branch("a");
  scene.branch("b");
  const [a, b] = [await scene.open("a"), await scene.open("b")];
  const { status, body: comment } = await scene.send("POST", `/${a}/comments`, { body: "First" });
  expect([status, comment.author_name]).toEqual([201, "admin"]);
  expect((await scene.get(a)).comment_count).toBe(1);
  const change = (number: number) => scene.send("PATCH", `/${number}/comments/${comment.id}`, { body: "Changed" });
  expect((await change(b)).status).toBe(404);
  expect((await change(a)).body.body).toBe("Changed");
  expect((await scene.send("GET", `/${a}/comments`)).body).toHaveLength(1);
  expect((await scene.send("GET", `/${b}/comments`)).body).toEqual([]);
});

test("an open one says where its branch can be looked at, until that is gone or it is not open any more", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  const url = "http://topic.shop.test/";
  const { db } = stage.platform;
  const { id } = await addPreview(db, scene.id, "topic");
  // As one that runs, which nobody looks at any more.
  const running = { url, generation: 2, reconcile_at: "infinity" };
  await db.updateTable("workloads").where("id", "=", id).set(running).execute();
  expect((await scene.get(number)).preview_url).toBe(url);
  expect((await scene.send("PATCH", `/${number}`, { status: "closed" })).body.preview_url).toBeNull();
  expect((await scene.send("PATCH", `/${number}`, { status: "open" })).body.preview_url).toBe(url);
  await db.transaction().execute((transaction) => endWorkload(transaction, id, "deleted"));
  expect((await scene.get(number)).preview_url).toBeNull();
});
