import { logs as contract } from "@platform-mcp/client/contract";
import type pg from "pg";
import type { LogRecord, PointRecord, SpanRecord } from "../records.ts";
import { type CopyValue, copyRows } from "./copy-rows.ts";
import { nextLogId } from "./log-ids.ts";
import { upsertSeries } from "./upsert-series.ts";
import { upsertTraces } from "./upsert-traces.ts";
import { jsonText, timeText } from "./values.ts";

export interface StorableTelemetry {
  readonly logs: readonly LogRecord[];
  readonly spans: readonly SpanRecord[];
  readonly points: readonly PointRecord[];
}

const logsTable = {
  table: "telemetry_logs",
  columns: [
    ...["id", "ts", "project_id", "session_id", "trace_id", "span_id", "service", "level", "message", "attributes"],
  ],
};
const spansTable = {
  table: "telemetry_spans",
  columns: [
    ...["trace_id", "span_id", "parent_span_id", "started_at", "finished_at", "project_id", "session_id", "name"],
    ...["service", "kind", "status", "status_message", "attributes", "events"],
  ],
};
const pointsTable = { table: "telemetry_points", columns: ["series_id", "ts", "value", "count", "buckets"] };

/** Stores telemetry, all or nothing. Its partitions must be there. */
export async function storeTelemetry(client: pg.ClientBase, { logs, spans, points }: StorableTelemetry): Promise<void> {
  await client.query("begin");
  try {
    if (logs.length > 0) await copyRows(client, logsTable, rowsOf(logs, logRow));
    if (spans.length > 0) {
      await copyRows(client, spansTable, rowsOf(spans, spanRow));
      await upsertTraces(client, spans);
    }
    if (points.length > 0) {
      const stored = await upsertSeries(client, points);
      await copyRows(
        client,
        pointsTable,
        rowsOf(stored, ({ seriesId, ...point }) => pointRow(seriesId, point)),
      );
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

function* rowsOf<Item>(items: readonly Item[], rowOf: (item: Item) => readonly CopyValue[]) {
  for (const item of items) yield rowOf(item);
}

const levels = new Map(contract.logLevels.map((level, index) => [level, index]));

function logRow(log: LogRecord): readonly CopyValue[] {
  return [
    ...[nextLogId(), timeText(log.time), log.projectId, log.sessionId, log.traceId, log.spanId, log.service],
    ...[levels.get(log.level), log.message, jsonText(log.attributes)],
  ];
}

function spanRow(span: SpanRecord): readonly CopyValue[] {
  const events = span.events?.map(({ time, name, attributes }) => ({ time: timeText(time), name, attributes })) ?? null;
  return [
    ...[span.traceId, span.spanId, span.parentSpanId, timeText(span.start)],
    ...[span.end === null ? null : timeText(span.end), span.projectId, span.sessionId, span.name, span.service],
    ...[span.kind, span.status, span.statusMessage, jsonText(span.attributes), jsonText(events)],
  ];
}

function pointRow(seriesId: string, { time, value, histogram }: PointRecord): readonly CopyValue[] {
  const buckets = histogram === null ? null : `{${histogram.buckets.join(",")}}`;
  return [seriesId, timeText(time), value, histogram?.count, buckets];
}
