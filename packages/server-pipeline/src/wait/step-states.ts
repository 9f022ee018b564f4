import type { pipelines } from "@platform-mcp/client";
import { quoteName } from "@platform-mcp/server-kit";
import { type PipelineWithSteps, stepsOf } from "../steps.ts";

/** The steps by their states in one line, such as `failure: unit; running: build; success: 3; pending: 2`. */
export function stepStates(pipeline: PipelineWithSteps): string {
  const steps = stepsOf(pipeline);
  if (steps.length === 0) return pipeline.status;
  const names = (status: pipelines.PipelineStep["status"]) =>
    steps.filter((step) => step.status === status).map(({ name }) => quoteName(name));
  const named = (["failure", "running"] as const).map((status) => [status, names(status).join(", ")] as const);
  const counted = (["success", "pending", "skipped"] as const).map((status) => [status, names(status).length] as const);
  return [...named, ...counted].flatMap(([status, what]) => (what ? [`${status}: ${what}`] : [])).join("; ");
}
