import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { initRepository } from "../git/init-repository.ts";
import { plainGit } from "../git/testing/plain-git.ts";
import { addDeployment } from "../workloads/testing/add-deployment.ts";
import { addPreview } from "../workloads/testing/add-preview.ts";
import { restoreBackup } from "./restore-backup.ts";
import { type Kept, openScene, quiet, type Scene } from "./testing/scene.ts";
import { tableDigests } from "./testing/table-digests.ts";
import { refuseUnfinishedRestore, stageOf } from "./unfinished-restore.ts";

// Each makes several databases, beside other tests that do.
vi.setConfig({ testTimeout: 120_000 });

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Adds a project of the administrator's with a repository, and gives the project's id. */
async function addProject({ db, repositories }: Kept, name: string): Promise<string> {
  const { id: owner_id } = await db
    .selectFrom("users")
    .where("name", "=", "admin")
    .select("id")
    .executeTakeFirstOrThrow();
  const row = { owner_id, name, description: "tab\t, line\n, \\N and ünïcode" };
  const { id } = await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow();
  await initRepository(repositories.of(id).path, "main");
  return id;
}

async function digests({ pool }: Kept) {
  const client = await pool.connect();
  try {
    return await tableDigests(client);
  } finally {
    client.release();
  }
}

describe("a restored backup", () => {
  test("has every row and every ref, and is private", async () => {
    const source = await scene.open("a");
    const id = await addProject(source, "hello");
    const tree = plainGit(source.repositories.of(id).path, "hash-object", "-t", "tree", "-w", "--stdin");
    const commit = plainGit(source.repositories.of(id).path, "commit-tree", "-m", "first", tree);
    plainGit(source.repositories.of(id).path, "update-ref", "refs/heads/main", commit);
    await addDeployment(source.db, id, "production");
    await addPreview(source.db, id, "next");
    const manifest = await scene.backUp(source, "b.tar");
    expect((await stat(scene.path("b.tar"))).mode & 0o777).toBe(0o600);
    expect(await scene.restore("b.tar", "c")).toEqual(manifest);
    const restored = await scene.openAsIs("c");
    expect(await digests(restored)).toEqual(await digests(source));
    expect(plainGit(restored.repositories.of(id).path, "rev-parse", "main")).toBe(commit);
    expect((await readdir(scene.path("c"))).sort()).toEqual(["owners", "postgres", "repositories"]);
    // Triggers work again.
    const { updated_at } = await restored.db
      .updateTable("projects")
      .set({ description: null })
      .where("id", "=", id)
      .returning("updated_at")
      .executeTakeFirstOrThrow();
    const before = await source.db.selectFrom("projects").select("updated_at").executeTakeFirstOrThrow();
    expect(updated_at).not.toBe(before.updated_at);
  });

  test("has the master key, the logs and the artifacts, and nothing that was being written", async () => {
    const source = await scene.open("a");
    const pipeline = "0c8b7c5e-7ad2-4f4f-9a9b-2d4b1e0d9c11";
    const files: Readonly<Record<string, string>> = {
      "master.key": `${"ab".repeat(32)}\n`,
      [`logs/pipelines/${pipeline}/${pipeline}.1234567890.log`]: "a line\n",
      [`logs/pipelines/${pipeline}/${pipeline}.1234567890.log.lines`]: "an index",
      [`artifacts/${pipeline}/report`]: "x".repeat(300_000),
      [`artifacts/${pipeline}/empty`]: "",
    };
    const write = async (name: string, content: string) => {
      await mkdir(dirname(join(source.dataDirectory, name)), { recursive: true });
      await writeFile(join(source.dataDirectory, name), content);
    };
    for (const [name, content] of Object.entries(files)) await write(name, content);
    await write(`artifacts/${pipeline}/.report.partial`, "half");
    await symlink("/etc/passwd", join(source.dataDirectory, "logs", "link"));
    const manifest = await scene.backUp(source, "b.tar");
    expect([...manifest.files].sort()).toEqual(Object.keys(files).sort());
    const logs = manifest.files.filter((name) => name.startsWith("logs/"));
    expect(logs.map((name) => name.replace(/.*\.log/, ""))).toEqual([".lines", ""]);
    await scene.restore("b.tar", "c");
    for (const [name, content] of Object.entries(files)) {
      const path = join(scene.path("c"), name);
      expect([await readFile(path, "utf8"), (await stat(path)).mode & 0o777]).toEqual([content, 0o600]);
    }
    expect((await stat(join(scene.path("c"), "logs"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(scene.path("c"), "artifacts", pipeline))).toHaveLength(2);
  });

  test("gives no number twice", async () => {
    const source = await scene.open("a");
    const change = { project_id: await addProject(source, "hello"), ref: "refs/heads/main", source: "push" } as const;
    const insert = (kept: Kept) =>
      kept.db.insertInto("ref_updates").values(change).returning("id").executeTakeFirstOrThrow();
    await insert(source);
    const last = await insert(source);
    await source.db.deleteFrom("ref_updates").where("id", "=", last.id).execute();
    await scene.backUp(source, "b.tar");
    await scene.restore("b.tar", "c");
    expect(Number((await insert(await scene.openAsIs("c"))).id)).toBe(Number(last.id) + 1);
  });
});

describe("a place that is not empty is refused and left as it was", () => {
  test("with a database, repositories, a master key or logs", async () => {
    const source = await scene.open("a");
    await scene.backUp(source, "b.tar");
    const refusals = [
      { holds: "a database", fill: (path: string) => mkdir(join(path, "postgres", "data"), { recursive: true }) },
      {
        holds: "repositories",
        fill: (path: string) => mkdir(join(path, "repositories", "x.git"), { recursive: true }),
      },
      { holds: "master.key", fill: (path: string) => writeFile(join(path, "master.key"), "a key") },
      { holds: "logs", fill: (path: string) => mkdir(join(path, "logs", "pipelines"), { recursive: true }) },
    ];
    for (const { holds, fill } of refusals) {
      const place = scene.path(`c with ${holds}`);
      await mkdir(place);
      await fill(place);
      const before = await readdir(place, { recursive: true });
      await expect(scene.restore("b.tar", `c with ${holds}`)).rejects.toThrow(
        `${place} holds ${holds}: restore into an empty place`,
      );
      expect(await readdir(place, { recursive: true })).toEqual(before);
    }
  });

  test("a running platform", async () => {
    const source = await scene.open("a");
    await scene.backUp(source, "b.tar");
    await expect(scene.restore("b.tar", "a")).rejects.toThrow(`a platform (process ${process.pid}) runs on`);
  });
});

describe("a backup that cannot be restored leaves the place as it was", () => {
  test("damaged", async () => {
    const source = await scene.open("a");
    await scene.backUp(source, "b.tar");
    const bytes = await readFile(scene.path("b.tar"));
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(scene.path("b.tar"), bytes);
    await expect(scene.restore("b.tar", "c")).rejects.toThrow("is not a whole backup");
    await expect(stat(scene.path("c"))).rejects.toThrow("ENOENT");
  });

  test("of a newer schema", async () => {
    const source = await scene.open("a");
    await source.pool.query("insert into kysely_migration values ('9999-later', now()::text)");
    await scene.backUp(source, "b.tar");
    await expect(scene.restore("b.tar", "c")).rejects.toThrow(/made by a newer platform \(.*9999-later\)/);
    await expect(stat(scene.path("c"))).rejects.toThrow("ENOENT");
  });

  test("whose rows break a rule", async () => {
    const source = await scene.open("a");
    await addProject(source, "hello");
    // As if the snapshot had lost a row that others refer to.
    await source.pool.query(
      "alter table projects disable trigger all; set session_replication_role = replica; delete from users",
    );
    await scene.backUp(source, "b.tar");
    await expect(scene.restore("b.tar", "c")).rejects.toThrow("foreign key");
    await expect(stat(scene.path("c"))).rejects.toThrow("ENOENT");
  });
});

test("an interrupted restore keeps a platform from starting, and the next restore replaces what it left", async () => {
  const source = await scene.open("a");
  const id = await addProject(source, "hello");
  await scene.backUp(source, "b.tar");
  const place = { dataDirectory: scene.path("c"), databaseUrl: undefined };
  await mkdir(join(stageOf(place.dataDirectory), "postgres"), { recursive: true });
  await mkdir(join(place.dataDirectory, "repositories", "half.git"), { recursive: true });
  await mkdir(join(place.dataDirectory, "logs", "half"), { recursive: true });
  await expect(refuseUnfinishedRestore(place)).rejects.toThrow("has not finished: wait for it, or run it again");
  await scene.restore("b.tar", "c");
  expect(await readdir(join(place.dataDirectory, "repositories"))).toEqual([`${id}.git`]);
  expect(await readdir(place.dataDirectory)).not.toContain("logs");
  await refuseUnfinishedRestore(place);
  // Killed when only tidying up was left.
  await mkdir(stageOf(place.dataDirectory));
  await refuseUnfinishedRestore(place);
  await expect(stat(stageOf(place.dataDirectory))).rejects.toThrow("ENOENT");
});

test("a restore that is told to stop leaves the place as it was", async () => {
  const source = await scene.open("a");
  await scene.backUp(source, "b.tar");
  const place = { dataDirectory: scene.path("c"), databaseUrl: undefined };
  const controller = new AbortController();
  const onProgress = (line: string) => line.startsWith("Loading") && controller.abort(new Error("stopped"));
  const options = { ...quiet, signal: controller.signal, onProgress };
  await expect(restoreBackup(scene.path("b.tar"), place, options)).rejects.toThrow("aborted");
  await expect(stat(place.dataDirectory)).rejects.toThrow("ENOENT");
});

test("a server that goes away in the middle of a table ends a backup, which leaves nothing", async () => {
  const source = await scene.open("a");
  await source.pool.query(
    `insert into audit_log (actor_type, action, outcome, request_id)
     select 'system', repeat(md5(n::text), 20), 'done', n from generate_series(1, 60000) n`,
  );
  const cut = source.pool.query(`
    do $$ begin loop
      perform pg_stat_clear_snapshot();
      perform pg_terminate_backend(pid) from pg_stat_activity where query like 'copy%"audit_log"%' and pid <> pg_backend_pid();
      exit when found;
    end loop; end $$`);
  await expect(scene.backUp(source, "b.tar")).rejects.toThrow(/terminat/i);
  await cut;
  expect(await readdir(scene.path("."))).toEqual(["a"]);
});

test("a damaged repository stops a backup, and is named", async () => {
  const source = await scene.open("a");
  const { path } = source.repositories.of(await addProject(source, "hello"));
  await mkdir(join(path, "refs", "heads"), { recursive: true });
  await writeFile(join(path, "refs", "heads", "main"), `${"1".repeat(40)}\n`);
  await expect(scene.backUp(source, "b.tar")).rejects.toThrow(
    /^admin\/hello, the repository in .*, cannot be copied: /,
  );
  expect(await readdir(scene.path("."))).toEqual(["a"]);
});
