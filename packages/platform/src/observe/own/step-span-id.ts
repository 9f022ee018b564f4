import { spanIdOf } from "@platform-mcp/client/contract";

/** The span of one run of a step: a retried pipeline has several of one step in its trace. */
export function stepSpanIdOf(stepId: string, attempt: number): string {
  return spanIdOf(`${stepId}/${attempt}`);
}
