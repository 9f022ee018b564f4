import type { metrics, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { invalid } from "../../problem.ts";
import { requireNearOffset } from "../../search/page.ts";
import { type TimeWindow, windowOf } from "../../search/time-window.ts";
import { aggregateSeries } from "./aggregate-series.ts";
import { type Aggregated, requirePossible } from "./aggregation.ts";
import { pointsOf } from "./point-sources.ts";
import { readLabels } from "./read-labels.ts";
import { findSeries, type SeriesRow } from "./series.ts";

type Points = ResponseOf<typeof metrics.queryMetrics>;

/** The points of a metric, oldest first: as they came, or with `step` what becomes of them. @throws Problem 400 */
export async function queryPoints(db: Queryable, query: QueryOf<typeof metrics.queryMetrics>): Promise<Points> {
  const { name, project_id, step, agg, limit, offset } = query;
  requireNearOffset(query);
  if (agg !== undefined && step === undefined) throw invalid("agg", "needs step, the seconds that become one value");
  const labels = query.labels === undefined ? {} : readLabels(query.labels);
  const window = windowOf(query);
  const whole = { ...window, from: window.from - (step === undefined ? 0 : window.from % (step * 1_000_000)) };
  const series = await findSeries(db, { projectId: project_id, name, labels }, whole.from);
  if (series.length === 0) return [];
  if (step === undefined) return withSeries(await listPoints(db, series, window, query), series);
  if (agg !== undefined) requirePossible(agg, series);
  const asked = { agg, step, window: whole, isMerged: false, limit: offset + limit };
  const values = await aggregateSeries(db, series, asked);
  return withSeries(values.slice(offset, offset + limit), series);
}

async function listPoints(
  db: Queryable,
  series: readonly SeriesRow[],
  window: TimeWindow,
  { limit, offset }: { limit: number; offset: number },
): Promise<readonly Aggregated[]> {
  const { rows } = await sql<Aggregated>`
    select series_id, ts as at, value from ${pointsOf(series, window)} as points
    order by ts, series_id limit ${limit} offset ${offset}
  `.execute(db);
  return rows;
}

function withSeries(values: readonly Aggregated[], series: readonly SeriesRow[]): Points {
  const known = new Map(series.map((one) => [String(one.id), one]));
  return values.map(({ at, value, series_id }) => {
    const { labels, project_id } = known.get(String(series_id)) ?? {};
    return { timestamp: at, value, labels, project_id };
  });
}
