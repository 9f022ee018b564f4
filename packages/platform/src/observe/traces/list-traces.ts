import type { QueryOf, traces } from "@platform-mcp/client/contract";
import { type Selectable, type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Database, TelemetryTracesTable } from "../../db/schema.ts";
import { instantText } from "../../search/instant.ts";
import type { Found } from "../../search/page.ts";
import type { Place } from "../../search/place.ts";
import type { TimeWindow } from "../../search/time-window.ts";
import { countedAtMost, totalOf } from "../../search/total.ts";
import { nobody, splitKey } from "./trace-key.ts";

export type TraceRow = Selectable<TelemetryTracesTable>;

export interface TraceQuery {
  readonly filter: QueryOf<typeof traces.listTraces>;
  readonly window: TimeWindow;
  /** Only what comes after this in the list. */
  readonly after?: Place | undefined;
}

/** A page of traces, newest first, and one more if there is another page. One of several projects is there for each. */
export async function listTraces(db: Queryable, query: TraceQuery): Promise<Found<TraceRow>> {
  const { limit, offset } = query.filter;
  let page = matching(db, query);
  if (query.after !== undefined) page = page.where(isAfter(query.after));
  const rows = await page
    .selectAll()
    .orderBy("started_at", "desc")
    .orderBy("trace_id", "desc")
    .orderBy(owner, "desc")
    .limit(limit + 1)
    .offset(offset)
    .execute();
  if (query.after !== undefined) return { rows, total: query.after.total };
  // The page itself tells when it is the last one.
  const isLast = rows.length <= limit && (rows.length > 0 || offset === 0);
  if (isLast) return { rows, total: { count: offset + rows.length, isMinimum: false } };
  const { counted } = await db
    .selectFrom(
      matching(db, query)
        .select(sql`1`.as("one"))
        .limit(countedAtMost + 1)
        .as("matches"),
    )
    .select((eb) => eb.fn.countAll<number>().as("counted"))
    .executeTakeFirstOrThrow();
  return { rows, total: totalOf(counted) };
}

/** To be compared, which null cannot be. */
const owner = sql<string>`coalesce(project_id, ${nobody}::uuid)`;

function isAfter({ time, key }: Place) {
  const { traceId, projectId } = splitKey(key);
  return sql<SqlBool>`(started_at, trace_id, ${owner}) < (${instantText(time)}::timestamptz, ${traceId}, ${projectId}::uuid)`;
}

function matching(db: Queryable, { filter, window }: TraceQuery) {
  let rows: SelectQueryBuilder<Database, "telemetry_traces", unknown> = db
    .selectFrom("telemetry_traces")
    .where("started_at", ">=", instantText(window.from))
    .where("started_at", "<=", instantText(window.to));
  const { project_id, session_id, service, status, min_duration_ms } = filter;
  if (project_id !== undefined) rows = rows.where("project_id", "=", project_id);
  if (session_id !== undefined) rows = rows.where("session_id", "=", session_id);
  if (service !== undefined) rows = rows.where("service", "=", service);
  if (status !== undefined) rows = rows.where("status", "=", status);
  if (min_duration_ms === undefined) return rows;
  return rows.where(sql<SqlBool>`finished_at - started_at >= ${min_duration_ms} * interval '1 millisecond'`);
}
