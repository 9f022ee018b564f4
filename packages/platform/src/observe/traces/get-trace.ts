import type { ResponseOf, traces } from "@platform-mcp/client/contract";
import type { Selectable } from "kysely";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { TelemetrySpansTable } from "../../db/schema.ts";
import { notFound } from "../../problem.ts";
import { type Instant, instantOf, instantText } from "../query/instant.ts";
import { heldAmong } from "../readable.ts";
import type { TraceRow } from "./list-traces.ts";
import { durationOf, summaryOf } from "./trace-view.ts";

type Trace = ResponseOf<typeof traces.getTrace>;

/** Spans that are given of a trace, the first ones. */
const maxSpans = 2000;
/** Microseconds: what rounding may do to a time. */
const slack = 1000;

/** A trace as far as the caller may see it. @throws Problem 404 when that is nothing of it; 403 as `heldAmong` */
export async function getTrace(db: Queryable, caller: Caller, id: string): Promise<Trace> {
  const traceId = id.toLowerCase();
  const parts = await db
    .selectFrom("telemetry_traces")
    .where("trace_id", "=", traceId)
    .selectAll()
    .orderBy("started_at")
    .execute();
  const owners = await heldAmong(
    db,
    caller,
    "observe:read",
    parts.map(({ project_id }) => project_id),
  );
  const [first, ...others] = parts.filter(({ project_id }) => owners.has(project_id));
  if (first === undefined) throw notFound("trace");
  const whole = others.reduce(merged, first);
  const spans = await listSpans(db, whole, owners);
  return {
    ...summaryOf(whole),
    spans: spans.slice(0, maxSpans).map(spanView),
    truncated: spans.length > maxSpans,
  };
}

/** What two projects know of one trace, the one that began earlier first. */
function merged(earlier: TraceRow, later: TraceRow): TraceRow {
  const named = later.has_root && !earlier.has_root ? later : earlier;
  const ends = [earlier.finished_at, later.finished_at].filter((end) => end !== null).map(instantOf);
  const { root_span, service, has_root, session_id } = named;
  return {
    ...earlier,
    ...{ root_span, service, has_root, session_id: session_id ?? later.session_id ?? earlier.session_id },
    status: [earlier.status, later.status].includes("error") ? "error" : named.status,
    finished_at: ends.length === 0 ? null : instantText(Math.max(...ends)),
    span_count: earlier.span_count + later.span_count,
    error_count: earlier.error_count + later.error_count,
  };
}

async function listSpans(db: Queryable, trace: TraceRow, owners: ReadonlySet<string | null>) {
  const { trace_id, started_at, finished_at } = trace;
  const projects = [...owners].filter((id) => id !== null);
  const at = (instant: Instant, difference: number) => instantText(instant + difference);
  let spans = db
    .selectFrom("telemetry_spans")
    .where("trace_id", "=", trace_id)
    .where("started_at", ">=", at(instantOf(started_at), -slack))
    .where((eb) =>
      eb.or([
        ...(owners.has(null) ? [eb("project_id", "is", null)] : []),
        ...(projects.length > 0 ? [eb("project_id", "in", projects)] : []),
      ]),
    );
  // With both ends known, only the days are looked into on which it was.
  if (finished_at !== null) spans = spans.where("started_at", "<=", at(instantOf(finished_at), slack));
  return await spans
    .selectAll()
    .orderBy("started_at")
    .orderBy("span_id")
    .limit(maxSpans + 1)
    .execute();
}

function spanView(row: Selectable<TelemetrySpansTable>): Trace["spans"][number] {
  const { trace_id: _, ...span } = row;
  return { ...span, duration_ms: durationOf(row.started_at, row.finished_at) };
}
