import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { sendSignal } from "../../db/embedded/process-table.ts";

/** Rounds of ending what multiplies meanwhile. */
const rounds = 200;

/**
 * The processes that belong to a room below `path`, by their environment or the directory they are in. None where there
 * is no `/proc`.
 */
export async function processesIn(path: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await belongs(pid, path)) ? [pid] : [])));
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Ends them all, also those that are started meanwhile; resolves when there are none. */
export async function endProcessesIn(path: string): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const pids = await processesIn(path);
    if (pids.length === 0) return;
    for (const pid of pids) sendSignal(pid, "SIGKILL");
    await delay(5);
  }
}

async function belongs(pid: number, path: string): Promise<boolean> {
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => "");
  if (`${directory}/`.startsWith(`${path}/`)) return true;
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return (
    environment.includes(`\0HOME=${path}/`) ||
    environment.includes(`\0TMPDIR=${path}/`) ||
    environment.startsWith(`HOME=${path}/`)
  );
}
