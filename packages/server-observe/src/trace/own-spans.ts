import type { ResponseOf, traces } from "@platform-mcp/client";
import { ArgumentError } from "@platform-mcp/server-kit";

export type Trace = ResponseOf<typeof traces.getTrace>;

export interface OwnSpans {
  readonly spans: readonly traces.Span[];
  /** How many there are of other projects. */
  readonly others: number;
}

/**
 * The spans of a trace that a server may show which is bound to a project: its token may be good for others, too.
 * @throws ArgumentError when the trace has nothing of the project
 */
export function ownSpans(trace: Trace, boundProject: string | undefined): OwnSpans {
  // Platforms do not always keep to the contract.
  const all = trace.spans ?? [];
  if (boundProject === undefined) return { spans: all, others: 0 };
  // The first platform says of the trace alone whose it is.
  const spans = all.filter(({ project_id = trace.project_id }) => project_id === boundProject);
  if (spans.length === 0 && trace.project_id !== boundProject) {
    throw new ArgumentError("the trace has nothing of this project; list_traces shows those there are");
  }
  return { spans, others: all.length - spans.length };
}
