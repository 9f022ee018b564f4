import type { metrics } from "@platform-mcp/client/contract";
import type { Queryable } from "../../db/queryable.ts";
import type { TimeWindow } from "../../search/time-window.ts";
import { aggregateSeries } from "./aggregate-series.ts";
import { requirePossible } from "./aggregation.ts";
import { findSeries, type SeriesFilter } from "./series.ts";

/**
 * The one value that the points of all series of a metric in a window have; undefined when there are none. Where series
 * cannot become one, as a gauge and a counter of the same name, it is the greatest of theirs.
 * @throws Problem 400 for an aggregation that the metric does not have, and for too many series
 */
export async function windowValue(
  db: Queryable,
  filter: SeriesFilter & { readonly name: string },
  window: TimeWindow,
  agg: metrics.MetricAggregation | undefined,
): Promise<number | undefined> {
  const series = await findSeries(db, filter, window.from);
  if (agg !== undefined) requirePossible(agg, series);
  const values = await aggregateSeries(db, series, { agg, window, step: undefined, isMerged: true, limit: 1 });
  return values.length === 0 ? undefined : Math.max(...values.map(({ value }) => value));
}
