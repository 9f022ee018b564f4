import { execFile } from "node:child_process";
import { access, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { ensureAdminPassword } from "../access/admin-password.ts";
import { readPlatformConfig } from "../config.ts";
import { openStore } from "../store.ts";

/** The password of the user `admin` on a test platform. */
export const adminPassword = "correct horse battery staple";

/** What belongs to the one directory in which a database was made, not to copies of it. */
const ownFiles = ["owners", "postgres/id", "postgres/socket-directory", "postgres/postgres.log"];

/**
 * Fills an empty data directory with a copy of one that is made once a test run, migrated, with its first administrator:
 * making each anew is most of what starting a platform takes. Without the run's own directory it stays empty.
 */
export async function prepareData(dataDirectory: string): Promise<void> {
  const shared = process.env.TEST_RUN_DIRECTORY;
  if (shared === undefined) return;
  making ??= makeTemplate(shared);
  await promisify(execFile)("cp", ["-a", `${await making}/.`, dataDirectory]);
}

let making: Promise<string> | undefined;

/** Several workers may make it at the same time: one of theirs is it. */
async function makeTemplate(shared: string): Promise<string> {
  const template = join(shared, "data");
  const isThere = await access(template).then(
    () => true,
    () => false,
  );
  if (isThere) return template;
  const attempt = await mkdtemp(join(shared, "new-"));
  const store = await openStore(readPlatformConfig({ PLATFORM_DATA: attempt }), {
    mode: "owner",
    logger: pino({ level: "silent" }),
  });
  await ensureAdminPassword(store.db, { password: adminPassword, dataDirectory: attempt }).finally(() => store.close());
  for (const file of ownFiles) await rm(join(attempt, file), { recursive: true, force: true });
  await rename(attempt, template).catch(() => rm(attempt, { recursive: true, force: true }));
  return template;
}
