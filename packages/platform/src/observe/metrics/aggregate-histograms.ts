import { type RawBuilder, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { type Aggregated, type Aggregation, keyOf, percentileOf, stepsOf } from "./aggregation.ts";
import { secondsOf } from "./growth.ts";
import { percentileOfBuckets } from "./percentile-of-buckets.ts";
import { successivePointsOf } from "./point-sources.ts";
import type { SeriesRow } from "./series.ts";

/** What is made of the observations of histograms that have the same buckets and count in the same way. */
export async function aggregateHistograms(
  db: Queryable,
  series: readonly SeriesRow[],
  aggregation: Aggregation,
): Promise<readonly Aggregated[]> {
  const percentile = percentileOf(aggregation.agg);
  if (percentile === undefined) return await aggregateTotals(db, series, aggregation);
  const bounds = series[0]?.bounds ?? [];
  const rows = await sumBuckets(db, series, aggregation);
  return rows.flatMap(({ buckets, ...row }) => {
    const value = percentileOfBuckets(percentile, bounds, buckets);
    return value === undefined ? [] : [{ ...row, value }];
  });
}

async function aggregateTotals(db: Queryable, series: readonly SeriesRow[], aggregation: Aggregation) {
  const { rows } = await sql<Aggregated>`
    select ${keyOf(aggregation)} as series_id, at, ${combined(aggregation.agg)} as value from (
      select series_id, at, sum(value) as value, sum(count) as count, sum(seconds) as seconds
      from ${observations(series, aggregation)} as points
      group by 1, 2
    ) as steps
    group by 1, 2
    having sum(count) > 0 or ${aggregation.agg} <> 'avg'
    order by 2, 1 limit ${aggregation.limit}
  `.execute(db);
  return rows;
}

function combined(agg: Aggregation["agg"]): RawBuilder<number> {
  switch (agg) {
    case "avg":
      return sql`sum(value) / nullif(sum(count), 0)`;
    case "rate":
      return sql`sum(count / seconds)`;
    case "count":
      return sql`sum(count)`;
    default:
      return sql`sum(value)`;
  }
}

async function sumBuckets(db: Queryable, series: readonly SeriesRow[], aggregation: Aggregation) {
  const { rows } = await sql<Omit<Aggregated, "value"> & { buckets: number[] }>`
    select series_id, at, array_agg(observed order by position) as buckets from (
      select ${keyOf(aggregation)} as series_id, at, position, sum(greatest(bucket - coalesce(earlier, 0), 0)) as observed
      from ${observations(series, aggregation)} as points,
        unnest(buckets, buckets_before) with ordinality as each (bucket, earlier, position)
      group by 1, 2, 3
    ) as buckets
    group by 1, 2
    having sum(observed) > 0
    order by 2, 1 limit ${aggregation.limit}
  `.execute(db);
  return rows;
}

/** What has been observed since the point before, for each point: `buckets_before` is null where nothing goes off. */
function observations(series: readonly SeriesRow[], aggregation: Aggregation) {
  const { at, seconds } = stepsOf(aggregation);
  const isDelta = series[0]?.is_delta === true;
  const points = successivePointsOf(series, aggregation.window);
  if (isDelta) {
    return sql`(
      select series_id, ${at} as at, ${secondsOf(true, seconds)} as seconds, value, count, buckets,
        null::float8[] as buckets_before
      from ${points} as points
    )`;
  }
  // What is lower than before has begun anew, from nothing; of what is not known to be the first, nothing is known.
  return sql`(
    select series_id, ${at} as at, ${secondsOf(false, seconds)} as seconds, buckets,
      case when goes_on then value - value_before else value end as value,
      case when goes_on then count - count_before else count end as count,
      case when goes_on then buckets_before end as buckets_before
    from (select *, count >= count_before as goes_on from ${points} as points where ts_before is not null) as points
  )`;
}
