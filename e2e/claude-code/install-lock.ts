import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** No installation takes longer; an older lock was left by a process whose number another one has by now. */
const oldestMs = 600_000;

/**
 * Runs `work` while other processes that use the same lock file wait. The lock of a dead process is taken over. When two
 * take it over at the same instant both run: it saves a second download, and what it guards must be safe without it.
 */
export async function withInstallLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(file))) await delay(100);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  if (!(await isHeld(file))) await rm(file, { force: true });
  return false;
}

async function isHeld(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > oldestMs) return false;
    // Read in the instant before its holder has written it, the file is empty: 0, our own group, which lives.
    process.kill(Number(await readFile(file, "utf8")), 0);
    return true;
  } catch (error) {
    // Anything else leaves the lock alone: it was given back meanwhile, or its holder is another user's.
    return !hasCode(error, "ESRCH");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
