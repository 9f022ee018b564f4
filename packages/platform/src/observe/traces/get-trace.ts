import type { ResponseOf, traces } from "@platform-mcp/client/contract";
import { type Selectable, sql } from "kysely";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { TelemetrySpansTable } from "../../db/schema.ts";
import { notFound } from "../../problem.ts";
import { instantOf, instantText } from "../../search/instant.ts";
import { heldAmong } from "../readable.ts";
import type { TraceRow } from "./list-traces.ts";
import { durationOf, summaryOf } from "./trace-view.ts";

type Trace = ResponseOf<typeof traces.getTrace>;

/** Spans that are given of a trace, the first ones. */
const maxSpans = 2000;
/** Bytes of attributes and events that are given of a trace. */
const maxBytes = 16 * 1024 ** 2;
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
  const found = await listSpans(db, whole, owners);
  const spans = found.slice(0, maxSpans).filter(({ held }) => held <= maxBytes);
  const truncated = spans.length < found.length;
  return {
    ...summaryOf(whole),
    // The summary also counts what was sent a second time.
    ...(!truncated && { span_count: spans.length, error_count: spans.filter(isError).length }),
    spans: spans.map(spanView),
    truncated,
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

interface FoundSpan extends Selectable<TelemetrySpansTable> {
  /** Bytes of its attributes and events, and of those before it; where that is too much, it comes without them. */
  readonly held: number;
}

/** The first spans of a trace, and one more if there are others; each once, however often it was sent. */
async function listSpans(db: Queryable, { trace_id, started_at }: TraceRow, owners: ReadonlySet<string | null>) {
  const projects = [...owners].filter((id) => id !== null);
  const first = db
    .selectFrom("telemetry_spans")
    .where("trace_id", "=", trace_id)
    // Only the days are looked into on which it was.
    .where("started_at", ">=", instantText(instantOf(started_at) - slack))
    .where((eb) =>
      eb.or([
        ...(owners.has(null) ? [eb("project_id", "is", null)] : []),
        ...(projects.length > 0 ? [eb("project_id", "in", projects)] : []),
      ]),
    )
    .distinctOn(["started_at", "span_id", "project_id"])
    .selectAll()
    .orderBy("started_at")
    .orderBy("span_id")
    .orderBy("project_id")
    .limit(maxSpans + 1);
  const bytes = sql`coalesce(octet_length(attributes::text), 0) + coalesce(octet_length(events::text), 0)`;
  const { rows } = await sql<FoundSpan>`
    select trace_id, span_id, parent_span_id, started_at, finished_at, project_id, session_id, name, service, kind,
      status, status_message, held, case when held <= ${maxBytes} then attributes end as attributes,
      case when held <= ${maxBytes} then events end as events
    from (
      select *, sum(${bytes}) over (order by started_at, span_id, project_id rows unbounded preceding) as held
      from (${first}) as first
    ) as spans
    order by started_at, span_id, project_id
  `.execute(db);
  return rows;
}

function isError({ status }: FoundSpan): boolean {
  return status === "error";
}

function spanView({ trace_id: _, held: __, ...span }: FoundSpan): Trace["spans"][number] {
  return { ...span, duration_ms: durationOf(span.started_at, span.finished_at) };
}
