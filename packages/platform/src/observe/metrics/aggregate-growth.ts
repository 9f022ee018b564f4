import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { type Aggregated, type Aggregation, keyOf, stepsOf } from "./aggregation.ts";
import { secondsOf } from "./growth.ts";
import { successivePointsOf } from "./point-sources.ts";
import type { SeriesRow } from "./series.ts";

/** What counters of one kind grow by in each step, or in a second of it, with `agg` `sum` or `rate`. */
export async function aggregateGrowth(
  db: Queryable,
  series: readonly SeriesRow[],
  aggregation: Aggregation,
): Promise<readonly Aggregated[]> {
  const { at, seconds } = stepsOf(aggregation);
  const isDelta = series[0]?.is_delta === true;
  // What is lower than before has begun anew, from nothing; of what is not known to be the first, nothing is known.
  const growth = isDelta
    ? sql`value`
    : sql`case when ts_before is null then null when value >= value_before then value - value_before else value end`;
  const value = aggregation.agg === "rate" ? sql`sum(growth / seconds)` : sql`sum(growth)`;
  const { rows } = await sql<Aggregated>`
    select ${keyOf(aggregation)} as series_id, at, ${value} as value from (
      select series_id, at, sum(growth) as growth, sum(seconds) as seconds from (
        select series_id, ${at} as at, ${growth} as growth, ${secondsOf(isDelta, seconds)} as seconds
        from ${successivePointsOf(series, aggregation.window)} as points
      ) as points
      where growth is not null
      group by 1, 2
    ) as steps
    group by 1, 2 order by 2, 1 limit ${aggregation.limit}
  `.execute(db);
  return rows;
}
