import { randomBytes } from "node:crypto";
import { chown, lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import { errorCode, readIfPresent, writePrivately } from "./files.ts";
import type { Layout } from "./layout.ts";
import type { RunAs } from "./run-as.ts";

/** A socket's path has at most 107 bytes on Linux and 103 on macOS, and ends in `/.s.PGSQL.5432.lock` at the longest. */
const LONGEST = 80;

/** What we call such a directory. It is removed with all its content, so a damaged record must never name another. */
const OURS = /^\/(.+\/)?platform-mcp-[0-9a-f]{12}$/;

/**
 * The private directory (0700, owned by the user PostgreSQL runs as) for its Unix socket: in the system's temporary
 * directory, as the data directory can be too deep for a socket. Its path is recorded before it is made, so that
 * whatever dies, the next start finds it and nothing is left behind.
 */
export async function prepareSocketDirectory(layout: Layout, runAs: RunAs): Promise<string> {
  const recorded = await readIfPresent(layout.socketRecord);
  if (recorded !== undefined && OURS.test(recorded) && (await makePrivate(recorded, runAs).catch(() => false))) {
    return recorded;
  }
  const fresh = join(temporaryDirectory(runAs), `platform-mcp-${randomBytes(6).toString("hex")}`);
  await writePrivately(layout.socketRecord, fresh);
  await restoreSocketDirectory(fresh, runAs);
  return fresh;
}

/** Makes that directory, also again when it was swept away under a server: connections are opened by its path. */
export async function restoreSocketDirectory(directory: string, runAs: RunAs): Promise<void> {
  if (!(await makePrivate(directory, runAs))) {
    throw new DatabaseStartError(`${directory} exists already and is not ours`);
  }
}

/** Removes the recorded directory. */
export async function removeSocketDirectory(layout: Layout): Promise<void> {
  const recorded = await readIfPresent(layout.socketRecord);
  if (recorded !== undefined && OURS.test(recorded)) {
    await rm(recorded, { recursive: true, force: true });
  }
  await rm(layout.socketRecord, { force: true });
}

/** Whether the directory now exists and is ours alone; anything else under that name, a link too, is somebody else's. */
async function makePrivate(directory: string, runAs: RunAs): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      throw error;
    }
  }
  const found = await lstat(directory);
  if (!found.isDirectory() || (found.mode & 0o777) !== 0o700) {
    return false;
  }
  if (runAs.way === "setuid" && found.uid === process.geteuid?.()) {
    await chown(directory, runAs.uid, runAs.gid);
    return true;
  }
  return found.uid === runAs.uid;
}

/** Another user may be unable to enter the directory that TMPDIR names for us. */
function temporaryDirectory(runAs: RunAs): string {
  const ours = resolve(tmpdir());
  const tooLong = Buffer.byteLength(ours) + "/platform-mcp-0123456789ab".length > LONGEST;
  return runAs.way === "setuid" || tooLong ? "/tmp" : ours;
}
