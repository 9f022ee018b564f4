import type { traces } from "@platform-mcp/client/contract";
import type * as z from "zod";
import { type Instant, instantOf } from "../../search/instant.ts";
import type { TraceRow } from "./list-traces.ts";

type TraceSummary = z.output<typeof traces.traceSummary>;

/** Milliseconds between two times; null while the second is not known. */
export function durationOf(start: string, end: string | null): number | null {
  return end === null ? null : milliseconds(instantOf(end) - instantOf(start));
}

function milliseconds(difference: Instant): number {
  return difference / 1000;
}

/** A trace as lists show it. */
export function summaryOf(row: TraceRow): TraceSummary {
  return {
    trace_id: row.trace_id,
    root_span: row.root_span,
    service: row.service,
    status: row.status,
    duration_ms: durationOf(row.started_at, row.finished_at),
    started_at: row.started_at,
    project_id: row.project_id,
    session_id: row.session_id,
    span_count: row.span_count,
    error_count: row.error_count,
  };
}
