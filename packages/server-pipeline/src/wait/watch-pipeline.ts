import { setTimeout as sleep } from "node:timers/promises";
import { ClientError, pipelines } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { firstFailed, type PipelineWithSteps } from "../steps.ts";

/** Milliseconds between two looks: short at first and after each change, then longer and longer. */
const shortest = 500;
const longest = 5_000;
/** Milliseconds without a word after which some hosts give a call up. */
const silence = 15_000;
/** Milliseconds that the last look may take. */
const grace = 1_000;

export interface WatchOptions {
  readonly project_id: string;
  readonly pipeline_id: string;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Ends the watch at once. */
  readonly signal: AbortSignal;
  /** Told of the first state, of each change, and of how it stands when nothing has changed for a while. */
  readonly tell: (pipeline: PipelineWithSteps) => void;
}

/** Looks at a pipeline until it has ended, one of its steps has failed, or the time is over; gives its last state. */
export async function watchPipeline(api: Api, options: WatchOptions): Promise<PipelineWithSteps> {
  const { project_id, pipeline_id, deadline, signal, tell } = options;
  let shown = "";
  let toldAt = 0;
  let latest: PipelineWithSteps | undefined;
  for (let pause = shortest; ; pause = Math.min(pause * 1.5, longest)) {
    const pipeline: PipelineWithSteps | undefined = await look(api, { project_id, pipeline_id }, latest, deadline);
    latest = pipeline;
    const state = stateOf(pipeline);
    if (state !== shown) pause = shortest;
    if (state !== shown || performance.now() - toldAt >= silence) {
      shown = state;
      toldAt = performance.now();
      tell(pipeline);
    }
    const left = deadline - performance.now();
    if (isDecided(pipeline) || left <= 0) return pipeline;
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}

/** Whether waiting for more of it is pointless: it has ended, or will end in failure. */
export function isDecided(pipeline: PipelineWithSteps): boolean {
  return (pipeline.status !== "pending" && pipeline.status !== "running") || firstFailed(pipeline) !== undefined;
}

/** A look that fails for a moment is as good as one that shows no change, as long as there was one before. */
async function look(
  api: Api,
  one: { readonly project_id: string; readonly pipeline_id: string },
  before: PipelineWithSteps | undefined,
  deadline: number,
): Promise<PipelineWithSteps> {
  try {
    // The first look may take as long as any call: without it there is nothing to show.
    const left = Math.ceil(Math.max(deadline - performance.now(), 0)) + grace;
    return await api.call(
      pipelines.getPipeline,
      one,
      before === undefined ? {} : { signal: AbortSignal.timeout(left) },
    );
  } catch (error) {
    const passes = error instanceof ClientError && (error.retryable || performance.now() >= deadline);
    if (before === undefined || !passes) throw error;
    return before;
  }
}

function stateOf({ status, steps }: PipelineWithSteps): string {
  return [status, ...(steps ?? []).map((step) => `${step.name} ${step.status} ${step.attempt}`)].join("\n");
}
