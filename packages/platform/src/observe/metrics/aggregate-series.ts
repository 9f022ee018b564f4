import type { Queryable } from "../../db/queryable.ts";
import { aggregateGrowth } from "./aggregate-growth.ts";
import { aggregateHistograms } from "./aggregate-histograms.ts";
import { aggregateValues } from "./aggregate-values.ts";
import { type Aggregated, type Aggregation, usualAggregation } from "./aggregation.ts";
import type { SeriesRow } from "./series.ts";

/** What to make of series: as an aggregation says, or what is usual for the type of each. */
export interface Asked extends Omit<Aggregation, "agg"> {
  readonly agg?: Aggregation["agg"] | undefined;
}

/**
 * The values of series, the earliest first. Series become one, if they should, as far as they are of one kind: what counts
 * on and what does not, or histograms with other buckets, have values beside one another.
 */
export async function aggregateSeries(
  db: Queryable,
  series: readonly SeriesRow[],
  asked: Asked,
): Promise<readonly Aggregated[]> {
  const values: Aggregated[] = [];
  for (const alike of groupBy(series, kindOf)) {
    const agg = asked.agg ?? usualAggregation(alike[0].metric_type);
    values.push(...(await aggregateOf(alike[0], agg)(db, alike, { ...asked, agg })));
  }
  return values.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function aggregateOf({ metric_type }: SeriesRow, agg: Aggregation["agg"]) {
  if (metric_type === "histogram") return aggregateHistograms;
  return metric_type === "counter" && (agg === "rate" || agg === "sum") ? aggregateGrowth : aggregateValues;
}

function kindOf({ metric_type, is_delta, bounds }: SeriesRow): string {
  return JSON.stringify([metric_type, metric_type !== "gauge" && is_delta, bounds]);
}

type Some<T> = readonly [T, ...T[]];

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Iterable<Some<T>> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups.values();
}
