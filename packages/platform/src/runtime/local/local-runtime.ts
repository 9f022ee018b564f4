import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { type RunningStep, type Runtime, StartError, type StepEvents, type StepPlan } from "../runtime.ts";
import { checkOut } from "./checkout.ts";
import { findConfinement } from "./confinement.ts";
import { putInputs } from "./inputs.ts";
import { abandonedDirectories, ownDirectory } from "./instance.ts";
import { endProcessesIn } from "./marked-processes.ts";
import { findOutput } from "./output.ts";
import { removeTree } from "./remove-tree.ts";
import { fileTime, makeRoom, type Room, removeRoom } from "./room.ts";
import { searchPath } from "./search-path.ts";
import { startScript } from "./start-script.ts";
import { StepProcess } from "./step-process.ts";

export interface LocalRuntimeOptions {
  readonly dataDirectory: string;
  /** The PostgreSQL server, which several platforms may share with the data directory; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly logger: Pick<Logger, "warn">;
  /** Seconds without a sign of life from the platform after which a step ends; 20. */
  readonly watchSeconds?: number;
  /** Seconds between the request to end and the end; 10. */
  readonly graceSeconds?: number;
  /** False runs steps as on a machine that allows no namespaces. */
  readonly useNamespaces?: boolean;
}

/** Runs steps as processes of this machine, each in a checkout of its own, confined as well as the machine allows. */
export async function createLocalRuntime(options: LocalRuntimeOptions): Promise<Runtime> {
  const { databaseUrl, logger, watchSeconds = 20, graceSeconds = 10, useNamespaces = true } = options;
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  const dataDirectory = await realpath(options.dataDirectory);
  const allRooms = join(dataDirectory, "steps");
  const rooms = await ownDirectory(allRooms);
  const confinement = await findConfinement({ dataDirectory, databaseUrl, rooms, useNamespaces });
  if (confinement.mode === "group") logger.warn(confinement.sentence);

  const attempt = (removal: Promise<void>) =>
    removal.catch((error: unknown) => logger.warn({ err: error }, "what a step left cannot be removed"));

  const startIn = async (room: Room, plan: StepPlan, events: StepEvents, signal: AbortSignal): Promise<RunningStep> => {
    const start = startScript(room.tree, plan.commands, { ...given(room), ...plan.environment });
    const { begun, repository } = await prepare(room, plan, signal);
    const command = await confinement.command(room, repository, start.script);
    await events.starting();
    signal.throwIfAborted();
    const environment = { PATH: searchPath, LC_ALL: "C", ...start.environment };
    const endRest = async () => {
      if (confinement.mode === "group") await endProcessesIn(room.path);
    };
    const { mode } = confinement;
    const { output } = events;
    const timing = { watchSeconds, graceSeconds };
    const options = { mode, command, environment, room: room.path, ...timing, output, endRest };
    const step = await StepProcess.start(options, signal);
    let disposed: Promise<void> | undefined;
    return {
      exited: step.exited,
      stop: () => step.stop(),
      keepAlive: () => step.keepAlive(),
      output: (path) => findOutput(room.tree, path, begun),
      dispose() {
        step.kill();
        disposed ??= step.exited.then(() => attempt(removeRoom(room)));
        return disposed;
      },
    };
  };

  return {
    describe: () => [confinement.sentence, "Its image is not used here."],
    async startStep(plan, events, signal) {
      signal.throwIfAborted();
      const room = await makeRoom(rooms);
      try {
        return await startIn(room, plan, events, signal);
      } catch (error) {
        await attempt(removeRoom(room));
        throw error;
      }
    },
    startAgent: () => Promise.reject(new StartError("Agents cannot be run here yet")),
    resumeAgent: async () => undefined,
    removeOrphans: async () => {},
    async cleanUp() {
      for (const directory of await abandonedDirectories(allRooms, databaseUrl !== undefined)) {
        await endProcessesIn(directory);
        await attempt(removeTree(directory));
      }
    },
  };
}

/** Fills a room; gives the time since when all changes in it are the step's, and the real path of its repository. */
async function prepare(room: Room, { source, inputs }: StepPlan, signal: AbortSignal) {
  try {
    const repository = await realpath(source.repository.path);
    await checkOut(room.tree, { repository, commit: source.commit }, signal);
    await putInputs(room.tree, inputs, signal);
    return { repository, begun: await fileTime(room) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StartError) throw error;
    throw new StartError(`The work tree cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function given(room: Room): Readonly<Record<string, string>> {
  return { PATH: searchPath, HOME: room.home, TMPDIR: room.temporary, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
}
