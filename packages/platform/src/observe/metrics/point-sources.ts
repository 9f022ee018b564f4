import { sql } from "kysely";
import { instantText } from "../../search/instant.ts";
import type { TimeWindow } from "../../search/time-window.ts";
import type { SeriesRow } from "./series.ts";

/** Microseconds: how old a point may be to tell what was added since. */
const longestGap = 3_600_000_000;

function idsOf(series: readonly SeriesRow[]) {
  return sql`${series.map(({ id }) => id)}::bigint[]`;
}

/** The points of some series in a window. */
export function pointsOf(series: readonly SeriesRow[], { from, to }: TimeWindow) {
  return sql`(
    select series_id, ts, value, count, buckets from telemetry_points
    where series_id = any(${idsOf(series)}) and ts between ${instantText(from)} and ${instantText(to)}
  )`;
}

/**
 * The points of some series in a window, each with the one before it: of the first that is one from before the window,
 * if there is any that is not too old. What has come twice is there once.
 */
export function successivePointsOf(series: readonly SeriesRow[], window: TimeWindow) {
  const from = instantText(window.from);
  return sql`(
    select * from (
      select *,
        lag(ts) over earlier as ts_before, lag(value) over earlier as value_before,
        lag(count) over earlier as count_before, lag(buckets) over earlier as buckets_before
      from (
        select * from ${pointsOf(series, window)} as points
        union all
        select before.* from unnest(${idsOf(series)}) as wanted (id), lateral (
          select series_id, ts, value, count, buckets from telemetry_points
          where series_id = wanted.id and ts < ${from} and ts >= ${instantText(window.from - longestGap)}
          order by ts desc limit 1
        ) as before
      ) as points
      window earlier as (partition by series_id order by ts)
    ) as successive
    where ts >= ${from} and ts is distinct from ts_before
  )`;
}
