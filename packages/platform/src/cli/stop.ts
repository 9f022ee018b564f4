import { setTimeout as delay } from "node:timers/promises";
import { currentOwner } from "../db/embedded/ownership.ts";
import { isRunning } from "../db/embedded/process-table.ts";
import { stopAbandoned } from "../db/embedded/stop-abandoned.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";

/** How long an orderly stop may take before this command gives up and says so, in milliseconds. */
const patience = 45_000;

/**
 * Stops the platform that serves from a data directory and waits until it has ended; if it was killed, the PostgreSQL
 * that it left. False when neither runs.
 */
export async function stopPlatform(dataDirectory: string): Promise<boolean> {
  const owner = await currentOwner(dataDirectory);
  if (owner === undefined) return (await stopAbandoned(dataDirectory)) !== undefined;
  process.kill(owner.pid, "SIGTERM");
  const deadline = Date.now() + patience;
  while (await isRunning(owner)) {
    if (Date.now() > deadline)
      throw new UserError(`the platform (process ${owner.pid}) does not stop: end it with kill -9 ${owner.pid}`);
    await delay(50);
  }
  return true;
}

export const stop = defineCommand({
  name: "stop",
  synopsis: "",
  description: "Stop the platform that serves from DIR, and its database.",
  options: {},
  run: async ({ dataDirectory }) => {
    const stopped = await stopPlatform(dataDirectory);
    process.stderr.write(stopped ? "stopped\n" : `no platform serves from ${dataDirectory}\n`);
  },
});
