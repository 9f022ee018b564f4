import { traces } from "@platform-mcp/client";
import { defineAnyProjectTool, limit, list, named, note, type Part, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { cursor, from, service, sessionId, to } from "../arguments.ts";
import { type TelemetryPage, telemetryPage } from "../list/telemetry-page.ts";
import { timeRange, timeRangeOutput } from "../list/time-range.ts";
import { rounded } from "../trace/milliseconds.ts";
import { clipped } from "../trace/span-row.ts";

export const listTraces = defineAnyProjectTool({
  name: "list_traces",
  title: "List traces",
  description: "List traces, newest first: requests, pipelines and sessions, each with all that was done for it.",
  risk: "read",
  input: {
    status: traces.spanStatus.optional(),
    min_duration_ms: z.int().min(0).max(86_400_000).optional(),
    service: service.describe("Of the root span"),
    session_id: sessionId,
    from,
    to,
    limit,
    cursor,
  },
  output: {
    ...timeRangeOutput,
    traces: z.array(
      z.object({
        trace_id: z.string(),
        root: z.string(),
        service: z.string(),
        status: z.string(),
        ms: z.number().nullable(),
        spans: z.int().nullable(),
        errors: z.int().nullable(),
        started_at: z.string(),
        project_id: z.string().nullable().optional(),
      }),
    ),
    total_traces: z.int(),
  },
  lists: ["trace"],
  uses: [traces.listTraces],
  async run({ api, project }, { limit, cursor, from, to, ...filters }) {
    const page = await telemetryPage(
      (part) => api.call(traces.listTraces, { project_id: project, ...filters, ...part }),
      { limit, cursor, from, to },
    );
    const { items, offset, total, total_is_minimum: totalIsMinimum = false } = page;
    return [
      ...timeRange(page),
      ...unfiltered(filters, page),
      list({
        of: "traces",
        items: items.map((trace) => traceRow(trace, project === undefined)),
        offset,
        total,
        totalIsMinimum,
        hasMore: page.next(items.length) !== undefined,
        next: (next) => page.next(next - offset) ?? "",
        empty: "An earlier `from`, or fewer filters, may find some.",
      }),
    ];
  },
});

type Trace = z.output<typeof traces.traceSummary>;

function traceRow(trace: Trace, isOfAll: boolean) {
  return {
    trace_id: trace.trace_id,
    root: named(clipped(String(trace.root_span))),
    service: named(clipped(String(trace.service))),
    status: trace.status,
    ms: trace.duration_ms === null ? null : rounded(trace.duration_ms),
    spans: trace.span_count ?? null,
    errors: trace.error_count || null,
    started_at: time(trace.started_at),
    ...(isOfAll && { project_id: trace.project_id }),
  };
}

/** The first platform knows no least duration: then longer ones are looked for here, among those of the page. */
function unfiltered(
  { min_duration_ms }: { readonly min_duration_ms?: number | undefined },
  page: TelemetryPage<Trace>,
): readonly Part[] {
  if (page.isCurrent || min_duration_ms === undefined) return [];
  return [note("This platform does not look for durations: these are of any.")];
}
