import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { layoutOf } from "../db/embedded/layout.ts";
import { readPostmasterFile } from "../db/embedded/server.ts";
import { openDatabase } from "../db/open.ts";
import { initRepository } from "../git/init-repository.ts";
import { restoreBackup } from "./restore-backup.ts";
import { type Kept, openScene, quiet, type Scene } from "./testing/scene.ts";
import { tableDigests } from "./testing/table-digests.ts";
import { hasDatabase, type Place, refuseUnfinishedRestore, stageOf } from "./unfinished-restore.ts";

/** Backups of and into a database that DATABASE_URL names, whose owner is no superuser. */
// Each makes several databases, beside other tests that do.
vi.setConfig({ testTimeout: 120_000 });

let scene: Scene;
let server: Kept;
beforeEach(async () => {
  scene = await openScene();
  server = await scene.open("server");
  await server.pool.query("create role operator login password 'secret'");
});
afterEach(() => scene[Symbol.asyncDispose]());

async function newPlace(name: string): Promise<Place> {
  await server.pool.query(`create database ${name} owner operator`);
  const { socketDirectory } = (await readPostmasterFile(layoutOf(server.dataDirectory))) ?? {};
  const databaseUrl = `postgres://operator:secret@/${name}?host=${socketDirectory}`;
  return { dataDirectory: scene.path(name), databaseUrl };
}

async function digests(place: Place) {
  const { pool, close } = await openDatabase({ url: place.databaseUrl, dataDirectory: place.dataDirectory });
  const client = await pool.connect();
  try {
    return await tableDigests(client);
  } finally {
    client.release();
    await close();
  }
}

async function addProject({ db, repositories }: Kept): Promise<string> {
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const row = { owner_id: admin.id, name: "hello" };
  const { id } = await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow();
  await initRepository(repositories.of(id).path, "main");
  return id;
}

test("an embedded database moves to a server, and from there to another one", async () => {
  const id = await addProject(server);
  await server.db
    .insertInto("audit_log")
    .values({ actor_id: null, actor_name: "a", actor_type: "system", action: "x", outcome: "done" })
    .execute();
  await scene.backUp(server, "a.tar");
  const first = await newPlace("first");
  await restoreBackup(scene.path("a.tar"), first, quiet);
  const client = await server.pool.connect();
  expect(await digests(first)).toEqual(await tableDigests(client));
  client.release();
  expect(await readdir(first.dataDirectory)).toEqual(["owners", "repositories"]);
  expect(await readdir(join(first.dataDirectory, "repositories"))).toEqual([`${id}.git`]);
  // Append-only tables are so again.
  const { pool, close } = await openDatabase({ url: first.databaseUrl, dataDirectory: first.dataDirectory });
  await expect(pool.query("delete from audit_log")).rejects.toThrow("only added to");
  await close();
  await expect(
    restoreBackup(scene.path("a.tar"), { ...first, dataDirectory: scene.path("other") }, quiet),
  ).rejects.toThrow("the database of DATABASE_URL holds tables: restore into an empty place");
  await expect(stat(scene.path("other"))).rejects.toThrow("ENOENT");
});

test("a restore that fails leaves database and directory empty", async () => {
  await addProject(server);
  await server.pool.query("set session_replication_role = replica; delete from users");
  await scene.backUp(server, "a.tar");
  const place = await newPlace("second");
  await expect(restoreBackup(scene.path("a.tar"), place, quiet)).rejects.toThrow("foreign key");
  expect(await hasDatabase(place)).toBe(false);
  await expect(stat(place.dataDirectory)).rejects.toThrow("ENOENT");
});

test("what was interrupted before the commit is not started, and after it is", async () => {
  const id = await addProject(server);
  await scene.backUp(server, "a.tar");
  const place = await newPlace("third");
  await mkdir(stageOf(place.dataDirectory), { recursive: true });
  await mkdir(join(place.dataDirectory, "repositories", "moved.git"), { recursive: true });
  await expect(refuseUnfinishedRestore(place)).rejects.toThrow("has not finished");
  await restoreBackup(scene.path("a.tar"), place, quiet);
  expect(await readdir(join(place.dataDirectory, "repositories"))).toEqual([`${id}.git`]);
  await mkdir(stageOf(place.dataDirectory));
  await refuseUnfinishedRestore(place);
  await expect(stat(stageOf(place.dataDirectory))).rejects.toThrow("ENOENT");
});
