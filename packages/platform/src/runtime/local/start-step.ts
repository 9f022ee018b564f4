import { realpath } from "node:fs/promises";
import { type RunningStep, StartError, type StepEvents, type StepPlan } from "../runtime.ts";
import { checkOut } from "./checkout.ts";
import { putInputs } from "./inputs.ts";
import type { LocalServices } from "./local-services.ts";
import { findOutput } from "./output.ts";
import { prepareRuns } from "./prepare-runs.ts";
import { fileTime, type Room } from "./room.ts";

/** Fills a room with a step's source and inputs, and runs it there. @throws as `Runtime.startStep` */
export async function startStep(
  services: LocalServices,
  room: Room,
  plan: StepPlan,
  events: StepEvents,
  signal: AbortSignal,
): Promise<RunningStep> {
  const { begun, repository } = await prepare(room, plan, signal);
  const run = await prepareRuns(room, [{ path: repository, isWritable: false }], services);
  const { commands, environment } = plan;
  const { graceSeconds } = services;
  const start = run({ commands, environment, graceSeconds, asks: "all", output: events.output });
  await events.starting();
  signal.throwIfAborted();
  const step = await start(signal);
  let disposed: Promise<void> | undefined;
  return {
    exited: step.exited,
    stop: () => step.stop(),
    keepAlive: () => step.keepAlive(),
    output: (path) => findOutput(room.tree, path, begun),
    dispose() {
      step.kill();
      disposed ??= step.exited.then(() => services.remove(room));
      return disposed;
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
