import type pg from "pg";
import type { SpanRecord } from "../records.ts";
import { jsonText, timeText } from "./values.ts";

/** What some spans say of their trace, as the row that they become. */
interface TraceRow {
  readonly trace_id: string;
  readonly project_id: string | null;
  session_id: string | null;
  root_span: string;
  has_root: boolean;
  service: string;
  status: SpanRecord["status"];
  started_at: number;
  finished_at: number | null;
  span_count: number;
  error_count: number;
}

/**
 * Adds to what is known of traces what their new spans say. In order of the rows' keys, so that two platforms that do
 * so at the same time wait for one another rather than each for the other.
 */
export async function upsertTraces(client: pg.ClientBase, spans: readonly SpanRecord[]): Promise<void> {
  const rows = [...tracesOf(spans)].map((row) => ({
    ...row,
    started_at: timeText(row.started_at),
    finished_at: row.finished_at === null ? null : timeText(row.finished_at),
  }));
  await client.query(
    `insert into telemetry_traces as t (trace_id, project_id, session_id, root_span, has_root, service, status,
       started_at, finished_at, span_count, error_count)
     select * from jsonb_to_recordset($1::jsonb) as new (trace_id text, project_id uuid, session_id uuid, root_span text,
       has_root boolean, service text, status text, started_at timestamptz, finished_at timestamptz, span_count integer,
       error_count integer)
     order by trace_id, project_id
     on conflict (trace_id, project_id) do update set
       session_id = coalesce(t.session_id, excluded.session_id),
       (root_span, service) = (
         select case when better then excluded.root_span else t.root_span end,
           case when better then excluded.service else t.service end
         from (select excluded.has_root > t.has_root
           or (excluded.has_root = t.has_root and excluded.started_at < t.started_at) as better)
       ),
       has_root = t.has_root or excluded.has_root,
       status = case when 'error' in (t.status, excluded.status) then 'error'
         when 'ok' in (t.status, excluded.status) then 'ok' else 'unset' end,
       started_at = least(t.started_at, excluded.started_at),
       finished_at = greatest(t.finished_at, excluded.finished_at),
       span_count = t.span_count + excluded.span_count,
       error_count = t.error_count + excluded.error_count`,
    [jsonText(rows)],
  );
}

const severity = { unset: 0, ok: 1, error: 2 };

function tracesOf(spans: readonly SpanRecord[]): Iterable<TraceRow> {
  const traces = new Map<string, TraceRow>();
  for (const { projectId, sessionId, traceId, ...span } of spans) {
    const key = `${traceId} ${projectId}`;
    const isRoot = span.parentSpanId === null;
    const trace = traces.get(key);
    if (trace === undefined) {
      traces.set(key, {
        ...{ trace_id: traceId, project_id: projectId, session_id: sessionId },
        ...{ root_span: span.name, has_root: isRoot, service: span.service, status: span.status },
        ...{ started_at: span.start, finished_at: span.end },
        ...{ span_count: 1, error_count: span.status === "error" ? 1 : 0 },
      });
      continue;
    }
    if (isRoot !== trace.has_root ? isRoot : span.start < trace.started_at) {
      trace.root_span = span.name;
      trace.service = span.service;
    }
    trace.has_root ||= isRoot;
    trace.session_id ??= sessionId;
    if (severity[span.status] > severity[trace.status]) trace.status = span.status;
    trace.started_at = Math.min(trace.started_at, span.start);
    if (span.end !== null) trace.finished_at = Math.max(trace.finished_at ?? span.end, span.end);
    trace.span_count += 1;
    if (span.status === "error") trace.error_count += 1;
  }
  return traces.values();
}
