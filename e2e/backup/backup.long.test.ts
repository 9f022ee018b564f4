import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { createLogger, openStore, readPlatformConfig, type Store } from "@platform-mcp/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ServedPlatform } from "../chaos/served-platform.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { git } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { Load } from "./load.ts";

const run = promisify(execFile);
const main = join(import.meta.dirname, "../../packages/platform/src/main.ts");

let platform: PushedPlatform;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "backup-e2e-"));
  platform = await startPushedPlatform();
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const backUp = async (path: string) => await command("backup", "--data", platform.dataDirectory, "--output", path);

async function command(...args: string[]): Promise<void> {
  await run(process.execPath, ["--import", "tsx", main, ...args]);
}

interface Restored {
  readonly store: Store;
  /** A project's name to its id. */
  readonly projects: ReadonlyMap<string, string>;
}

async function look<T>(data: string, work: (restored: Restored) => Promise<T>): Promise<T> {
  const config = readPlatformConfig({ PLATFORM_DATA: data });
  const store = await openStore(config, { mode: "guest", logger: createLogger("silent", 2) });
  try {
    const rows = await store.db.selectFrom("projects").select(["id", "name"]).execute();
    return await work({ store, projects: new Map(rows.map(({ id, name }) => [name, id])) });
  } finally {
    await store.close();
  }
}

/** Rows that are only ever added, as text by their ids; of changes of refs, not what has been made of them since. */
async function rowsOf(db: Store["db"], table: "audit_log" | "projects" | "ref_updates" | "users" | "user_roles") {
  const rows = await db.selectFrom(table).selectAll().execute();
  const sinceThen = new Set(table === "ref_updates" ? ["processed_at", "failures", "retry_at"] : []);
  const lasting = (row: object) => Object.entries(row).filter(([name]) => !sinceThen.has(name));
  return new Map(rows.map((row) => [String(row.id), JSON.stringify(lasting(row))]));
}

const checksum = (lines: Iterable<string>) =>
  createHash("sha256")
    .update([...lines].sort().join("\n"))
    .digest("hex");

test("a backup under load is one instant of the platform, and is whole elsewhere", async () => {
  const pushedTo = ["alpha", "beta"];
  for (const name of pushedTo) await platform.addProject(name);
  const load = new Load(platform, 3, pushedTo);
  while ([...load.confirmed().values()].some((count) => count < 3)) await delay(20);
  const before = load.confirmed();
  const backup = join(directory, "backup.tar");
  await backUp(backup);
  const after = load.confirmed();
  await load.stop();
  expect([...after.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(
    [...before.values()].reduce((sum, count) => sum + count),
  );
  const data = join(directory, "restored");
  await command("restore", backup, "--data", data);

  await look(data, async ({ store: { db }, projects }) => {
    for (const { writer, done } of load.projects) {
      // What one writer did in order is there up to a point: all that was confirmed before, nothing after a gap.
      const names = [...projects.keys()].filter((name) => name.startsWith(`${writer}-`));
      expect(new Set(names)).toEqual(new Set(Array.from({ length: names.length }, (_, index) => `${writer}-${index}`)));
      expect(names.length).toBeGreaterThanOrEqual(before.get(writer) ?? 0);
      expect(names.length).toBeLessThanOrEqual(done.length + 1);
    }
    // A project and its line in the audit log are one write: both, or neither.
    const logged = await db
      .selectFrom("audit_log")
      .where("action", "=", "POST /api/projects")
      .select("resource_id")
      .execute();
    expect(checksum(logged.map(({ resource_id }) => String(resource_id)))).toBe(checksum(projects.values()));
    // Equal by checksum to what the source has of these rows.
    for (const table of ["audit_log", "projects", "ref_updates", "users", "user_roles"] as const) {
      const rows = await rowsOf(db, table);
      const source = await platform.look((sourceDb) => rowsOf(sourceDb, table));
      const same = [...rows.keys()].map((id) => source.get(id) ?? `no ${id}`);
      expect(checksum(rows.values()), table).toBe(checksum(same));
    }
    // Every project has its repository, whole, with the refs that the backup holds.
    await run("tar", ["-xf", backup, "-C", directory]);
    for (const [name, id] of projects) {
      const path = join(data, "repositories", `${id}.git`);
      await git(path, "fsck", "--full", "--strict");
      const refs = await git(path, "for-each-ref", "--format=%(objectname) %(refname)");
      if (!pushedTo.includes(name)) expect(refs).toBe("");
      else
        expect(await git(path, "bundle", "list-heads", join(directory, "repositories", `${id}.bundle`))).toContain(
          refs,
        );
    }
    for (const { writer, done } of load.pushes) {
      const tip = await git(join(data, "repositories", `${projects.get(writer)}.git`), "rev-parse", "main");
      const at = done.indexOf(tip) + 1;
      expect(at).toBeGreaterThanOrEqual(before.get(writer) ?? 0);
      expect(at).toBeLessThanOrEqual(after.get(writer) ?? 0);
    }
    expect(await readdir(join(data, "repositories"))).toHaveLength(projects.size);
  });

  // It serves what it was, and what a push did after the snapshot is recorded.
  const served = await ServedPlatform.on(data);
  await served.start();
  try {
    const headers = { authorization: `Bearer ${platform.token}` };
    expect((await fetch(`${served.url}/api/auth/me`, { headers })).status).toBe(200);
    await look(data, async ({ store: { db }, projects }) => {
      for (const name of pushedTo) {
        const id = projects.get(name) ?? "";
        const tip = await git(join(data, "repositories", `${id}.git`), "rev-parse", "main");
        const recorded = () => db.selectFrom("recorded_refs").where("project_id", "=", id).select("sha").execute();
        while ((await recorded())[0]?.sha !== tip) await delay(50);
      }
    });
    const again = run(process.execPath, ["--import", "tsx", main, "restore", backup, "--data", data]);
    await expect(again).rejects.toThrow(`runs on ${data}: restore into an empty directory`);
  } finally {
    await served.stop();
  }
  const again = run(process.execPath, ["--import", "tsx", main, "restore", backup, "--data", data]);
  await expect(again).rejects.toThrow(`${data} holds a database: restore into an empty place`);
});

test("a backup that is killed is never taken for one, and leaves the platform alone", async () => {
  const target = await mkdtemp(join(directory, "killed-"));
  const child = execFile(process.execPath, [
    "--import",
    "tsx",
    main,
    "backup",
    "--data",
    platform.dataDirectory,
    "--output",
    join(target, "b.tar"),
  ]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while ((await readdir(target)).length === 0 && child.exitCode === null) await delay(1);
  child.kill("SIGKILL");
  await ended;
  const left = await readdir(target);
  // It may have been too fast for us: then it is whole.
  if (!left.includes("b.tar")) {
    expect(left).toEqual([expect.stringMatching(/^\.b\.tar\.[0-9a-f]{12}\.partial$/)]);
    const partial = join(target, left[0] ?? "");
    const place = join(target, "place");
    const restore = run(process.execPath, ["--import", "tsx", main, "restore", partial, "--data", place]);
    await expect(restore).rejects.toThrow("is not a whole backup");
    await expect(readdir(place)).rejects.toThrow("ENOENT");
  }
  await backUp(join(target, "c.tar"));
});

test("a changed byte is found before anything is touched", async () => {
  const path = join(directory, "changed.tar");
  await backUp(path);
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x40;
  await writeFile(path, bytes);
  const place = join(directory, "untouched");
  const restore = run(process.execPath, ["--import", "tsx", main, "restore", path, "--data", place]);
  await expect(restore).rejects.toThrow("is not a whole backup");
  await expect(readdir(place)).rejects.toThrow("ENOENT");
});

test(`a restore that is killed at any moment is either not started or whole (CHAOS_SEED=${seed})`, {
  timeout: 240_000,
}, async () => {
  const random = seededRandom(seed);
  const path = join(directory, "to-kill.tar");
  await backUp(path);
  for (let round = 0; round < Number(process.env.CHAOS_ROUNDS ?? 3); round++) {
    const data = join(directory, `place-${round}`);
    const child = execFile(process.execPath, ["--import", "tsx", main, "restore", path, "--data", data]);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await Promise.race([ended, delay(300 + random() * 3_000)]);
    child.kill("SIGKILL");
    await ended;
    const context = `CHAOS_SEED=${seed}, round ${round}`;
    const place = await readdir(data).catch((): string[] => []);
    if (!place.includes("postgres")) {
      if (place.includes("restoring")) {
        const start = run(process.execPath, [
          "--import",
          "tsx",
          main,
          "token",
          "create",
          "--name",
          "x",
          "--data",
          data,
        ]);
        await expect(start, context).rejects.toThrow("has not finished");
      }
      await command("restore", path, "--data", data);
    }
    await look(data, async ({ projects }) => {
      expect(await readdir(join(data, "repositories")), context).toHaveLength(projects.size);
    });
    await command("stop", "--data", data);
    expect(await readdir(data), context).not.toContain("restoring");
  }
});
