import { createHash } from "node:crypto";
import type pg from "pg";
import type { PointRecord } from "../records.ts";
import { jsonText, timeText } from "./values.ts";

/** A point with the id of the series that it is of. */
export interface StoredPoint extends PointRecord {
  readonly seriesId: string;
}

/** Makes the series that are new, in an order that is always the same; gives the points with their series. */
export async function upsertSeries(
  client: pg.ClientBase,
  points: readonly PointRecord[],
): Promise<readonly StoredPoint[]> {
  const keyed = points.map((point) => ({ point, key: keyOf(point) }));
  const latest = new Map<string, PointRecord>();
  for (const { point, key } of keyed) {
    if (point.time >= (latest.get(key)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(key, point);
  }
  const rows = [...latest].map(([key, point]) => rowOf(key, point));
  const { rows: series } = await client.query<{ key: string; id: string }>(
    `insert into telemetry_series as s (project_id, session_id, name, labels, identity, metric_type, is_delta, unit,
       bounds, last_at)
     select project_id, session_id, name, labels, decode(identity, 'hex'), metric_type, is_delta, unit, bounds, last_at
     from jsonb_to_recordset($1::jsonb) as new (project_id uuid, session_id uuid, name text, labels jsonb, identity text,
       metric_type text, is_delta boolean, unit text, bounds double precision[], last_at timestamptz)
     order by project_id, name, identity
     on conflict (project_id, name, identity) do update set
       last_at = greatest(s.last_at, excluded.last_at), unit = coalesce(excluded.unit, s.unit)
     returning id::text, encode(identity, 'hex') as key`,
    [`[${rows.join(",")}]`],
  );
  const ids = new Map(series.map(({ key, id }) => [key, id]));
  return keyed.flatMap(({ point, key }) => {
    const seriesId = ids.get(key);
    return seriesId === undefined ? [] : [{ ...point, seriesId }];
  });
}

/** SHA-256, in hexadecimal digits, of all that tells a series from every other one. */
function keyOf({ projectId, sessionId, name, labels, type, isDelta, histogram }: PointRecord): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const all = [projectId, sessionId, name, type, isDelta, histogram?.bounds ?? null, sorted];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

function rowOf(key: string, point: PointRecord): string {
  const { projectId, sessionId, name, labels, type, isDelta, unit, histogram, time } = point;
  return (
    jsonText({
      ...{ project_id: projectId, session_id: sessionId, name, labels, identity: key },
      ...{ metric_type: type, is_delta: isDelta, unit, bounds: histogram?.bounds ?? null, last_at: timeText(time) },
    }) ?? "null"
  );
}
