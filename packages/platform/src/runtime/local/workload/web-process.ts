import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../../../git/repository.ts";
import type { StepExit } from "../../runtime.ts";
import { checkOut } from "../checkout.ts";
import type { LocalServices } from "../local-services.ts";
import { prepareRuns } from "../prepare-runs.ts";
import { makeRoom, type Room } from "../room.ts";

/** KiB of memory that each process of a workload may allocate, where the system counts that. */
const memory = 4 * 1024 ** 2;

/** A failure to set them is none of the workload's: not every system has these limits. */
const limits = `ulimit -c 0 2>/dev/null || :\nulimit -d ${memory} 2>/dev/null || :`;

/** What is to run. */
export interface WebSource {
  readonly repository: Repository;
  /** Full SHA. */
  readonly commit: string;
  /** Run by `sh -c` in a fresh checkout. */
  readonly command: string;
  /** Beside what a room gives. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One process of a workload, with all that it has started. */
export interface WebProcess {
  /** Resolves when all of it is gone and what it printed is handed on; never rejects. */
  readonly exited: Promise<StepExit>;
  keepAlive(): void;
  /** Asks it to end, and ends it after the grace. */
  stop(): void;
  kill(): void;
}

export interface WebProcessServices extends LocalServices {
  /** The directory for rooms. */
  readonly rooms: string;
}

/**
 * Runs a command in a checkout of its own, which holds the commit's files and nothing of git: what is served from it by
 * mistake is then no history. Its room is gone when it has ended.
 *
 * @throws StartError, and the reason of `signal`
 */
export async function startWebProcess(
  services: WebProcessServices,
  source: WebSource,
  output: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<WebProcess> {
  signal.throwIfAborted();
  const room = await makeRoom(services.rooms);
  try {
    await fill(room, source, signal);
    const run = await prepareRuns(room, [], services);
    const { command, environment } = source;
    const { graceSeconds } = services;
    const start = run({ commands: [limits, command], environment, graceSeconds, asks: "all", output });
    const running = await start(signal);
    return {
      exited: running.exited.finally(() => services.remove(room)),
      keepAlive: () => running.keepAlive(),
      stop: () => running.stop(),
      kill: () => running.kill(),
    };
  } catch (error) {
    await services.remove(room);
    signal.throwIfAborted();
    throw error;
  }
}

async function fill(room: Room, { repository, commit }: WebSource, signal: AbortSignal): Promise<void> {
  await checkOut(room.tree, { repository: await realpath(repository.path), commit }, signal);
  await rm(join(room.tree, ".git"), { recursive: true });
}
