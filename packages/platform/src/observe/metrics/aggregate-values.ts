import type { metrics } from "@platform-mcp/client/contract";
import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { type Aggregated, type Aggregation, keyOf, percentileOf, stepsOf } from "./aggregation.ts";
import { pointsOf } from "./point-sources.ts";
import type { SeriesRow } from "./series.ts";

/** What is made of the values of points as they are: of gauges everything, of counters what is not about their growth. */
export async function aggregateValues(
  db: Queryable,
  series: readonly SeriesRow[],
  aggregation: Aggregation,
): Promise<readonly Aggregated[]> {
  const { at } = stepsOf(aggregation);
  const { rows } = await sql<Aggregated>`
    select ${keyOf(aggregation)} as series_id, ${at} as at, ${combined(aggregation.agg)} as value
    from ${pointsOf(series, aggregation.window)} as points
    group by 1, 2 order by 2, 1 limit ${aggregation.limit}
  `.execute(db);
  return rows;
}

function combined(agg: metrics.MetricAggregation): RawBuilder<number> {
  const percentile = percentileOf(agg);
  if (percentile !== undefined) return sql`percentile_cont(${percentile}::float8) within group (order by value)`;
  if (agg === "count") return sql`count(*)`;
  return sql`${sql.raw(agg)}(value)`;
}
