import { pipelines } from "@platform-mcp/client";
import { type Api, watch } from "@platform-mcp/server-kit";
import { firstFailed, type PipelineWithSteps } from "../steps.ts";

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
  const { project_id, pipeline_id, ...watching } = options;
  return await watch<PipelineWithSteps>({
    look: (look) => api.call(pipelines.getPipeline, { project_id, pipeline_id }, look),
    stateOf,
    isDecided,
    ...watching,
  });
}

/** Whether waiting for more of it is pointless: it has ended, or will end in failure. */
export function isDecided(pipeline: PipelineWithSteps): boolean {
  return (pipeline.status !== "pending" && pipeline.status !== "running") || firstFailed(pipeline) !== undefined;
}

function stateOf({ status, steps }: PipelineWithSteps): string {
  return [status, ...(steps ?? []).map((step) => `${step.name} ${step.status} ${step.attempt}`)].join("\n");
}
