import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../access/caller.ts";
import { findCaller } from "../../access/tokens.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { initRepository } from "../init-repository.ts";
import { plainGit } from "../testing/plain-git.ts";
import { announceRefChanges } from "./announce-ref-changes.ts";
import { readRefs } from "./read-refs.ts";
import { recordRefUpdates } from "./record-ref-updates.ts";

let platform: TestPlatform;
let caller: Caller;
let count = 0;
beforeAll(async () => {
  platform = await startTestPlatform();
  const found = await findCaller(platform.db, await platform.token({ user: "admin" }));
  if (found === undefined) throw new Error("the token must work");
  caller = found;
});
afterAll(() => platform.close());

/** A project whose repository has some commits that no ref names. */
async function project() {
  const id = await platform.addProject("admin", `p${++count}`);
  const repository = platform.repositories.of(id);
  await initRepository(repository.path, "main");
  const tree = plainGit(repository.path, "hash-object", "-t", "tree", "-w", "/dev/null");
  const commits = [1, 2, 3, 4].map((number) => plainGit(repository.path, "commit-tree", "-m", String(number), tree));
  const [a = "", b = "", c = "", d = ""] = commits;
  const inTransaction = <T>(work: (db: typeof platform.db) => Promise<T>) => platform.db.transaction().execute(work);
  return {
    id,
    repository,
    shas: { a, b, c, d },
    set: (ref: string, sha: string) => plainGit(repository.path, "update-ref", ref, sha),
    remove: (ref: string) => plainGit(repository.path, "update-ref", "-d", ref),
    record: (endedPush?: string) => inTransaction((db) => recordRefUpdates(db, repository, id, endedPush)),
    async announce(ref: string, oldSha: string | null, newSha: string | null, pushId: string = randomUUID()) {
      const attempt = { pushId, projectId: id, caller, ip: "::1", requestId: "r", changes: [{ ref, oldSha, newSha }] };
      await inTransaction((db) => announceRefChanges(db, repository, attempt));
      return pushId;
    },
    announced: async () =>
      (await platform.db.selectFrom("announced_ref_updates").where("project_id", "=", id).select("push_id").execute())
        .length,
    recorded: async () =>
      (
        await platform.db.selectFrom("ref_updates").where("project_id", "=", id).orderBy("id").selectAll().execute()
      ).map(({ ref, old_sha, new_sha, source, push_id }) => [ref, old_sha, new_sha, source, push_id]),
  };
}

const main = "refs/heads/main";

test("what was there before the first push is nobody's change", async () => {
  const { set, shas, record, announce, recorded } = await project();
  set("refs/heads/imported", shas.a);
  const push = await announce(main, null, shas.b);
  set(main, shas.b);
  await record();
  expect(await recorded()).toEqual([[main, null, shas.b, "push", push]]);
});

test("pushes whose end nobody saw are found in order, with what did not land left out", async () => {
  const { set, shas, record, announce, announced, recorded } = await project();
  const first = await announce(main, null, shas.a);
  await announce(main, null, shas.d);
  set(main, shas.a);
  await announce(main, shas.a, shas.d);
  const second = await announce(main, shas.a, shas.b);
  set(main, shas.b);
  const third = await announce(main, shas.b, shas.c);
  set(main, shas.c);
  await record();
  await record();
  // Announcing records too: the pushes that landed before are known by then.
  expect(await recorded()).toEqual([
    [main, null, shas.a, "push", first],
    [main, shas.a, shas.b, "push", second],
    [main, shas.b, shas.c, "push", third],
  ]);
  expect(await announced()).toBe(2);
});

test("the end of a push forgets what it did not do", async () => {
  const { shas, record, announce, announced } = await project();
  const push = await announce(main, null, shas.a);
  await announce("refs/heads/x", null, shas.a, push);
  const other = await announce("refs/heads/x", null, shas.a);
  await record(push);
  expect(await announced()).toBe(1);
  await record(other);
  expect(await announced()).toBe(0);
});

test("a change that no push announced is recorded as the platform's own finding, and audited so", async () => {
  const { id, set, remove, shas, record, recorded } = await project();
  await record();
  set(main, shas.a);
  set("refs/heads/gone", shas.b);
  await record();
  set(main, shas.b);
  remove("refs/heads/gone");
  await record();
  expect(await recorded()).toEqual([
    ["refs/heads/gone", null, shas.b, "reconcile", null],
    [main, null, shas.a, "reconcile", null],
    ["refs/heads/gone", shas.b, null, "reconcile", null],
    [main, shas.a, shas.b, "reconcile", null],
  ]);
  const audited = await platform.db.selectFrom("audit_log").where("resource_id", "=", id).selectAll().execute();
  expect(audited.map(({ actor_type, action }) => [actor_type, action])).toEqual([
    ["system", "ref changes found"],
    ["system", "ref changes found"],
  ]);
});

test("any number at once record each change once", async () => {
  const { set, shas, record, announce, recorded, repository } = await project();
  await announce(main, null, shas.a);
  set(main, shas.a);
  for (let index = 0; index < 20; index++) set(`refs/tags/t${index}`, shas.b);
  await Promise.all(Array.from({ length: 8 }, () => record()));
  expect(await recorded()).toHaveLength(21);
  expect((await readRefs(repository)).size).toBe(21);
});
