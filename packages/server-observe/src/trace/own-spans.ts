import { type ResponseOf, traces } from "@platform-mcp/client";
import { type Api, ArgumentError } from "@platform-mcp/server-kit";

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
export async function ownSpans(api: Api, trace: Trace, boundProject: string | undefined): Promise<OwnSpans> {
  // Platforms do not always keep to the contract.
  const all = trace.spans ?? [];
  if (boundProject === undefined) return { spans: all, others: 0 };
  const owner = trace.project_id === undefined ? await ownerOf(api, trace, boundProject) : trace.project_id;
  const spans = all.filter(({ project_id = owner }) => project_id === boundProject);
  if (spans.length === 0 && owner !== boundProject) {
    throw new ArgumentError("the trace has nothing of this project; list_traces shows those there are");
  }
  return { spans, others: all.length - spans.length };
}

/** The project, if a trace is of it: the first platform says so in its list of traces alone. */
async function ownerOf(api: Api, { trace_id, started_at }: Trace, project_id: string): Promise<string | undefined> {
  const { items } = await api.call(traces.listTraces, { project_id, from: started_at, to: started_at, limit: 100 });
  return items.some((trace) => trace.trace_id === trace_id) ? project_id : undefined;
}
