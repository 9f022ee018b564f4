import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { to } from "pg-copy-streams";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readPlatformConfig } from "../config.ts";
import { migrations } from "../db/migrations/index.ts";
import { plainEnvironment, plainGit } from "../git/testing/plain-git.ts";
import { startPlatform } from "../platform.ts";
import { type Archive, openArchive } from "./archive/open-archive.ts";
import { tableFile } from "./manifest.ts";
import { restoreBackup } from "./restore-backup.ts";
import { type Kept, openScene, quiet, type Scene } from "./testing/scene.ts";

/**
 * Backups of real installations, each named by the newest migration that its platform knew: made with that platform's
 * own commands, and `platform backup`. Every release that changes the schema adds one. Their tokens have one digit.
 */
const backups = join(import.meta.dirname, "testing", "backups");
const token = (digit: string) => `plat_api_${digit.repeat(64)}`;

const run = promisify(execFile);

// Each makes several databases, beside other tests that do.
vi.setConfig({ testTimeout: 120_000 });

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A table's rows of these columns in no order, as they are copied. */
async function rows({ pool }: Kept, table: string, columns: readonly string[]): Promise<string[]> {
  const client = await pool.connect();
  try {
    const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
    return linesOf(await text(client.query(to(`copy (select ${list} from ${pg.escapeIdentifier(table)}) to stdout`))));
  } finally {
    client.release();
  }
}

async function backedUpRows(archive: Archive, table: string): Promise<string[]> {
  return linesOf(await text(Readable.from(archive.read(tableFile(table))).pipe(createGunzip())));
}

function linesOf(copied: string): string[] {
  return copied.split("\n").slice(0, -1).sort();
}

describe.each(readdirSync(backups))("the installation of %s", (name) => {
  test("keeps every row through every migration since", async () => {
    const file = join(backups, name);
    const manifest = await restoreBackup(file, { dataDirectory: scene.path("a"), databaseUrl: undefined }, quiet);
    expect(`${manifest.migrations.at(-1)}.tar`).toBe(name);
    const kept = await scene.openAsIs("a");
    const { rows: applied } = await kept.pool.query("select name from kysely_migration order by name");
    expect(applied.map((migration) => migration.name)).toEqual(Object.keys(migrations));
    const archive = await openArchive(file);
    for (const { name: table, columns } of manifest.tables) {
      // A migration that fills a new column of a row has updated it.
      const at = columns.indexOf("updated_at");
      const others = columns.toSpliced(at, at === -1 ? 0 : 1);
      const before = await backedUpRows(archive, table);
      const expected = before
        .map((row) =>
          row
            .split("\t")
            .toSpliced(at, at === -1 ? 0 : 1)
            .join("\t"),
        )
        .sort();
      expect(await rows(kept, table, others), table).toEqual(expected);
    }
    await archive.close();
  });

  test("serves: tokens, rights, projects, clones", async () => {
    await restoreBackup(join(backups, name), { dataDirectory: scene.path("a"), databaseUrl: undefined }, quiet);
    const config = { PLATFORM_DATA: scene.path("a"), PLATFORM_LISTEN: "127.0.0.1:0" };
    const platform = await startPlatform(readPlatformConfig(config), pino({ level: "silent" }));
    try {
      const get = async (path: string, digit: string) => {
        const headers = { authorization: `Bearer ${token(digit)}` };
        const answer = await fetch(`${platform.url}${path}`, { headers });
        return { status: answer.status, body: await answer.text() };
      };
      const named = async (digit: string): Promise<string[]> => {
        const { items }: { items: { name: string }[] } = JSON.parse((await get("/api/projects", digit)).body);
        return items.map((item) => item.name).sort();
      };
      expect(await named("1")).toEqual(["hello", "open-source", "secret-plans"]);
      // Bound to one project, and to reading.
      expect(await named("2")).toEqual(["secret-plans"]);
      expect((await get("/api/projects", "3")).status).toBe(401);
      const me = JSON.parse((await get("/api/auth/me", "1")).body);
      expect(me).toMatchObject({ name: "admin", token: { name: "laptop" } });
      expect(me.permissions.global).toContain("admin:users");
      const address = platform.url.replace("://", `://admin:${token("1")}@`);
      await run("git", ["clone", "--quiet", `${address}/ada/secret-plans.git`, scene.path("clone")], {
        env: plainEnvironment,
      });
      expect(plainGit(scene.path("clone"), "log", "--format=%s %D")).toMatch(/^Second .*trunk.*\nFirst tag: v1$/);
    } finally {
      await platform.close();
    }
  });
});
