import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { initRepository } from "../init-repository.ts";
import { plainGit, plainGitBytes } from "../testing/plain-git.ts";
import { maintain, maintainNext } from "./maintain.ts";
import { reconcileAll, reconcileAnnounced } from "./reconcile.ts";
import { removeDeletedRepositories } from "./remove-deleted.ts";
import { removeLeftovers } from "./remove-leftovers.ts";

let platform: TestPlatform;
let count = 0;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

async function project() {
  const id = await platform.addProject("admin", `u${++count}`);
  const repository = platform.repositories.of(id);
  await initRepository(repository.path, "main");
  return { id, repository, path: repository.path };
}

/** Adds a commit, in a pack of its own as a push would. */
function commit(path: string, branch: string, content: string): void {
  const text = `commit refs/heads/${branch}\ncommitter a <a@b> 1 +0000\ndata 1\nx\nM 644 inline f\ndata ${content.length}\n${content}\n`;
  plainGitBytes(path, ["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"], text);
}

function age(path: string, hours: number): void {
  const time = Date.now() / 1000 - hours * 3600;
  utimesSync(path, time, time);
}

const packs = (path: string) => readdirSync(join(path, "objects/pack")).filter((name) => name.endsWith(".pack"));

describe("maintenance", () => {
  test("keeps every commit, packs refs and writes the commit graph; as a whole it leaves one pack", async () => {
    const { repository, path } = await project();
    for (let index = 0; index < 5; index++) commit(path, `b${index}`, `content ${index}`);
    const refs = plainGit(path, "for-each-ref");
    expect(packs(path)).toHaveLength(5);
    await maintain(repository, false);
    expect(existsSync(join(path, "packed-refs"))).toBe(true);
    expect(existsSync(join(path, "objects/info/commit-graphs/commit-graph-chain"))).toBe(true);
    await maintain(repository, true);
    expect(packs(path)).toHaveLength(1);
    expect(plainGit(path, "for-each-ref")).toBe(refs);
    plainGit(path, "fsck", "--strict");
  });

  test("takes each repository that has changed once, whoever else looks for work, and puts a failure off", async () => {
    const changed = await Promise.all([project(), project(), project()]);
    const broken = await platform.addProject("admin", "broken");
    const ids = [...changed.map(({ id }) => id), broken];
    await platform.db
      .insertInto("repositories")
      .values(ids.map((project_id) => ({ project_id })))
      .execute();
    const work = async () => {
      let done = 0;
      for (;;) {
        const more = await maintainNext({ db: platform.db, repositories: platform.repositories }).catch(() => "failed");
        if (more === false) return done;
        if (more === true) done++;
      }
    };
    const done = await Promise.all([work(), work(), work()]);
    const rows = await platform.db.selectFrom("repositories").where("project_id", "in", ids).selectAll().execute();
    const failed = rows.filter(({ maintained_at }) => maintained_at === null);
    expect(failed.map(({ project_id }) => project_id)).toEqual([broken]);
    expect(failed[0]?.maintenance_until).not.toBeNull();
    // The platform itself may have been quicker with one.
    expect(done.reduce((sum, number) => sum + number, 0)).toBeLessThanOrEqual(3);
    expect(rows.filter(({ maintenance_until }) => maintenance_until !== null)).toHaveLength(1);
  });
});

describe("what killed processes leave", () => {
  test("is removed when it is a day old, and what others keep stays", async () => {
    const { repository, path } = await project();
    const [oldObjects, newObjects] = ["objects/tmp_objdir-incoming-a", "objects/tmp_objdir-incoming-b"].map((name) =>
      join(path, name),
    );
    const [ofPush, ofOwner] = ["objects/pack/pack-1.keep", "objects/pack/pack-2.keep"].map((name) => join(path, name));
    for (const directory of [oldObjects ?? "", newObjects ?? ""])
      mkdirSync(join(directory, "pack"), { recursive: true });
    writeFileSync(ofPush ?? "", "receive-pack 123 on here");
    writeFileSync(ofOwner ?? "", "for ever");
    for (const file of [oldObjects, ofPush, ofOwner]) age(file ?? "", 25);
    await removeLeftovers(repository);
    expect([oldObjects, newObjects, ofPush, ofOwner].map((file) => existsSync(file ?? ""))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test("in refs and announcements is found and cleared up", async () => {
    const { id, path } = await project();
    await platform.db
      .insertInto("repositories")
      .values({ project_id: id, refs_recorded_at: "2026-01-01T00:00:00Z" })
      .execute();
    commit(path, "main", "landed");
    const sha = plainGit(path, "rev-parse", "main");
    const announced = {
      push_id: "00000000-0000-4000-8000-000000000000",
      project_id: id,
      old_sha: null,
      pusher_id: null,
      token_id: null,
      ip: null,
      request_id: null,
    };
    await platform.db
      .insertInto("announced_ref_updates")
      .values([
        { ...announced, ref: "refs/heads/main", new_sha: sha },
        { ...announced, ref: "refs/heads/lost", new_sha: sha },
      ])
      .execute();
    const lock = join(path, "refs/heads/main.lock");
    writeFileSync(lock, "");
    const options = { db: platform.db, repositories: platform.repositories, minimumLockAge: 0 };
    await reconcileAnnounced(options, 0);
    expect(existsSync(lock)).toBe(false);
    const updates = () =>
      platform.db.selectFrom("ref_updates").where("project_id", "=", id).select(["ref", "new_sha", "source"]).execute();
    expect(await updates()).toEqual([{ ref: "refs/heads/main", new_sha: sha, source: "push" }]);
    commit(path, "by-hand", "unannounced");
    await reconcileAll(options);
    expect(await updates()).toHaveLength(2);
    await sql`update announced_ref_updates set announced_at = now() - interval '25 hours' where project_id = ${id}`.execute(
      platform.db,
    );
    await reconcileAnnounced(options, 60);
    const left = await platform.db
      .selectFrom("announced_ref_updates")
      .where("project_id", "=", id)
      .selectAll()
      .execute();
    expect(left).toEqual([]);
  });
});

test("the repository of a deleted project goes after 14 days, and nothing else does", async () => {
  const [kept, fresh, old] = await Promise.all([project(), project(), project()]);
  const unknown = join(platform.repositories.directory, "00000000-0000-4000-8000-00000000dead.git");
  await initRepository(unknown, "main");
  const remove = (id: string, days: number) =>
    sql`update projects set is_active = false, deleted_at = now() - make_interval(days => ${days}) where id = ${id}`.execute(
      platform.db,
    );
  await remove(fresh.id, 13);
  await remove(old.id, 15);
  // The platform looks by itself too; whoever comes first removes it.
  await removeDeletedRepositories(platform.db, platform.repositories);
  expect([kept.path, fresh.path, old.path, unknown].map((path) => existsSync(path))).toEqual([true, true, false, true]);
});

test("a deleted project's name, and the old name of a renamed one, are free at once", async () => {
  const admin = await platform.token({ user: "admin" });
  const create = (name: string) => platform.send("POST", "/api/projects", admin, { name });
  const first = await create("named");
  expect(
    (await platform.send("PATCH", `/api/projects/${first.body.id}`, admin, { name: "renamed" })).body.git_path,
  ).toBe("/admin/renamed.git");
  const second = await create("named");
  expect(second.status).toBe(201);
  expect((await platform.send("PATCH", `/api/projects/${second.body.id}`, admin, { name: "renamed" })).status).toBe(
    409,
  );
  expect((await platform.send("DELETE", `/api/projects/${second.body.id}`, admin)).status).toBe(200);
  expect((await create("named")).status).toBe(201);
  const refs = await platform.request("/admin/renamed.git/info/refs?service=git-upload-pack", admin);
  expect([refs.status, (await refs.text()).length > 0]).toEqual([200, true]);
});
