import { readdir, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import { commandOf, identify, namelessIn, processesMarked, sendSignal } from "./process-table.ts";
import { postmasterFile, readPostmasterFile, type Server } from "./server.ts";
import { restoreSocketDirectory } from "./socket-directory.ts";
import { until } from "./until.ts";

const KILL_TIMEOUT = 5_000;

/**
 * Clears away what a crash left: the server's orphaned processes (what they have acknowledged is on disk), and then its
 * pid and lock files, which PostgreSQL itself would believe for as long as the dead postmaster is a zombie.
 * Resolves to whether there was anything.
 */
export async function clearRemains(server: Server): Promise<boolean> {
  let found = (await readPostmasterFile(server.layout)) !== undefined;
  await refuseForeignServer(server);
  const directory = await realpath(server.layout.postgres);
  const gone = await until(async () => {
    const left = await processesMarked(server.marker);
    for (const { pid } of left) {
      sendSignal(pid, "SIGKILL");
    }
    found ||= left.length > 0;
    return left.length === 0 && (await namelessIn(directory)).length === 0;
  }, KILL_TIMEOUT);
  if (!gone) {
    const pids = (await processesMarked(server.marker)).map(({ pid }) => pid);
    throw new DatabaseStartError(
      `PostgreSQL processes of an earlier run do not end: ${pids.join(", ")}: end them first`,
    );
  }
  await rm(postmasterFile(server.layout), { force: true });
  await restoreSocketDirectory(server.socketDirectory, server.runAs);
  for (const name of await readdir(server.socketDirectory)) {
    if (name.startsWith(".s.PGSQL.")) {
      await rm(join(server.socketDirectory, name), { force: true });
    }
  }
  return found;
}

/** A server that somebody started by hand on our data is alive and not ours to kill. */
async function refuseForeignServer({ layout, marker }: Server): Promise<void> {
  const found = await readPostmasterFile(layout);
  if (found === undefined || (await identify(found.pid)) === undefined) {
    return;
  }
  const command = await commandOf(found.pid);
  const directory = await readlink(`/proc/${found.pid}/cwd`).catch(() => "");
  if (!command.includes(marker) && (directory === (await realpath(layout.data)) || command.includes(layout.data))) {
    throw new DatabaseStartError(`another PostgreSQL (process ${found.pid}) runs on ${layout.data}: stop it first`);
  }
}
