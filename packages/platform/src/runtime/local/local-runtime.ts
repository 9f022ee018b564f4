import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { type RunningStep, type Runtime, StartError, type StepEvents, type StepPlan } from "../runtime.ts";
import { checkOut } from "./checkout.ts";
import { putInputs } from "./inputs.ts";
import { endProcessesIn } from "./marked-processes.ts";
import { findOutput } from "./output.ts";
import { removeTree } from "./remove-tree.ts";
import { fileTime, makeRoom, type Room } from "./room.ts";
import { startScript } from "./start-script.ts";
import { startProcess } from "./step-process.ts";

export interface LocalRuntimeOptions {
  readonly dataDirectory: string;
  readonly logger: Pick<Logger, "warn" | "error">;
  /** Seconds without a sign of life from the platform after which a step ends; 20. */
  readonly watchSeconds?: number;
}

/** Runs steps as processes of this machine, each in a checkout of its own. */
export async function createLocalRuntime(options: LocalRuntimeOptions): Promise<Runtime> {
  const { dataDirectory, logger, watchSeconds = 20 } = options;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const rooms = join(await realpath(dataDirectory), "steps");

  const dispose = async (room: Room) => {
    await endProcessesIn(room.path);
    await removeTree(room.path).catch((error: unknown) => logger.warn({ err: error }, "a work tree is left"));
  };

  const prepare = async (room: Room, plan: StepPlan, signal: AbortSignal) => {
    try {
      await checkOut(room.tree, plan.source, signal);
      await putInputs(room.tree, plan.inputs, signal);
      return await fileTime(room);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StartError) throw error;
      throw new StartError(`The work tree cannot be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const startIn = async (room: Room, plan: StepPlan, events: StepEvents, signal: AbortSignal): Promise<RunningStep> => {
    const environment = { ...given(room), ...plan.environment };
    const start = startScript(room.tree, plan.commands, environment);
    const begun = await prepare(room, plan, signal);
    await events.starting();
    const process = await startProcess(
      {
        mode: "group",
        command: ["setsid", "/bin/sh", "-c", `echo started >&2\nexec 2>&1\n${start.script}`],
        environment: { PATH: searchPath, LC_ALL: "C", ...start.environment },
        room: room.path,
        watchSeconds,
        endRest: () => endProcessesIn(room.path),
      },
      events.output,
      signal,
    );
    let disposed: Promise<void> | undefined;
    return {
      exited: process.exited,
      stop: process.stop,
      keepAlive: process.keepAlive,
      output: (path) => findOutput(room.tree, path, begun),
      dispose: () => {
        disposed ??= (async () => {
          process.kill();
          await process.exited;
          await dispose(room);
        })();
        return disposed;
      },
    };
  };

  return {
    describe: () => ["Runs as a process of this machine, not isolated from it."],
    async startStep(plan, events, signal) {
      signal.throwIfAborted();
      const room = await makeRoom(rooms);
      try {
        return await startIn(room, plan, events, signal);
      } catch (error) {
        await dispose(room);
        throw error;
      }
    },
    async cleanUp() {
      await endProcessesIn(rooms);
      await removeTree(rooms);
    },
  };
}

const searchPath = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";

function given(room: Room): Readonly<Record<string, string>> {
  return { PATH: searchPath, HOME: room.home, TMPDIR: room.temporary, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
}
