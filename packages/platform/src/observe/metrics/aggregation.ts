import type { metrics } from "@platform-mcp/client/contract";
import { type RawBuilder, sql } from "kysely";
import { invalid } from "../../problem.ts";
import { instantText } from "../../search/instant.ts";
import type { TimeWindow } from "../../search/time-window.ts";
import type { SeriesRow } from "./series.ts";

/** How the points of series become values. */
export interface Aggregation {
  readonly agg: metrics.MetricAggregation;
  readonly window: TimeWindow;
  /** In seconds: one value for each, beginning at whole multiples of it. Undefined: one for the whole window. */
  readonly step: number | undefined;
  /** Whether the series become one, rather than each having its own values. */
  readonly isMerged: boolean;
  /** Values that are wanted at most, the earliest. */
  readonly limit: number;
}

/** One value of a series, or of several that have become one. */
export interface Aggregated {
  /** Null when series have become one. */
  readonly series_id: string | number | null;
  /** When its step begins. */
  readonly at: string;
  readonly value: number;
}

/** What is usual for a type of metric. */
export function usualAggregation(type: metrics.MetricType): metrics.MetricAggregation {
  return type === "counter" ? "rate" : "avg";
}

/** The part of the points that a percentile is above; undefined for what is none. */
export function percentileOf(agg: metrics.MetricAggregation): number | undefined {
  return new Map<metrics.MetricAggregation, number>([
    ["p50", 0.5],
    ["p95", 0.95],
    ["p99", 0.99],
  ]).get(agg);
}

/** Refuses to make up what the points of some series do not say. @throws Problem 400 */
export function requirePossible(agg: metrics.MetricAggregation, series: readonly SeriesRow[]): void {
  const types = new Set(series.map(({ metric_type }) => metric_type));
  if (agg === "rate" && types.has("gauge")) throw invalid("agg", "rate is of counters and histograms, not of gauges");
  if ((agg === "min" || agg === "max") && types.has("histogram")) {
    throw invalid("agg", `${agg} is not known of a histogram: use p50, p95 or p99`);
  }
}

/** The step in which a point is, by when it was measured, and its length. */
export function stepsOf({ step, window }: Aggregation): { at: RawBuilder<string>; seconds: number } {
  if (step === undefined) {
    return { at: sql`${instantText(window.from)}::timestamptz`, seconds: (window.to - window.from) / 1_000_000 };
  }
  return { at: sql`date_bin(${step} * interval '1 second', ts, 'epoch')`, seconds: step };
}

/** What values are told apart by, beside their steps. */
export function keyOf({ isMerged }: Aggregation): RawBuilder<string | null> {
  return isMerged ? sql`null::bigint` : sql`series_id`;
}
