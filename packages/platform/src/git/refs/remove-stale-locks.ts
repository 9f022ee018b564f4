import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { processesMarked } from "../../db/embedded/process-table.ts";
import type { Repository } from "../repository.ts";

interface LockFile {
  readonly path: string;
  readonly inode: number;
  readonly changed: number;
}

/**
 * Removes the lock files of git processes that were killed, which would otherwise refuse changes for ever: those that
 * are there, unchanged, while no git process of this machine works on the repository.
 *
 * @param minimumAge milliseconds that a lock must have been there; more than 0 where the directory is shared with other
 * machines, whose processes cannot be seen
 */
export async function removeStaleLocks(repository: Repository, minimumAge = 0): Promise<readonly string[]> {
  const before = (await lockFiles(repository)).filter(({ changed }) => Date.now() - changed >= minimumAge);
  if (before.length === 0) return [];
  if (await isWorkedOn(repository)) return [];
  const removed: string[] = [];
  for (const lock of before) {
    const now = await lockFile(lock.path);
    if (now === undefined || now.inode !== lock.inode || now.changed !== lock.changed) continue;
    await rm(lock.path, { force: true });
    removed.push(lock.path);
  }
  return removed;
}

/** Whoever holds a lock was started before it was seen, and has the repository's path on its command line. */
async function isWorkedOn({ path }: Repository): Promise<boolean> {
  const processes = await processesMarked(path);
  // A clone can go on for an hour, and takes no lock.
  return processes.some(({ command }) => !command.includes("upload-pack"));
}

/** No ref and no directory of refs can be called `*.lock`. */
async function lockFiles({ path }: Repository): Promise<readonly LockFile[]> {
  const listed = await Promise.all([
    names(path, false),
    names(join(path, "refs"), true),
    names(join(path, "objects"), false),
    names(join(path, "objects", "pack"), false),
    names(join(path, "objects", "info"), true),
  ]);
  const locks = listed.flat().filter((name) => name.endsWith(".lock"));
  return (await Promise.all(locks.map(lockFile))).filter((lock) => lock !== undefined);
}

async function names(directory: string, recursive: boolean): Promise<string[]> {
  const found = await readdir(directory, { recursive }).catch(() => []);
  return found.map((name) => join(directory, name));
}

async function lockFile(path: string): Promise<LockFile | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info && { path, inode: info.ino, changed: info.mtimeMs };
}
