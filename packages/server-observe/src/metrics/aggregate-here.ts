import type { metrics } from "@platform-mcp/client";
import { ArgumentError } from "@platform-mcp/server-kit";
import type { Point } from "./value-series.ts";

interface Aggregation {
  readonly agg: metrics.MetricAggregation;
  /** In seconds. */
  readonly step: number;
  /** How many series the points are of, which the first platform does not tell apart. */
  readonly series: number;
}

/**
 * Points as they came, made into one value for each step, for a platform that does not do so itself.
 * @throws ArgumentError for what cannot be known of several series at once
 */
export function aggregateHere(points: readonly Point[], { agg, step, series }: Aggregation): readonly Point[] {
  if (agg === "rate" && series !== 1) {
    throw new ArgumentError(
      `this platform does not tell series apart, and there are ${series}: give labels that one series alone has, or an agg other than rate`,
    );
  }
  const given = agg === "rate" ? growth(points) : points;
  const steps = Map.groupBy(given, ({ timestamp }) => Math.floor(Date.parse(timestamp) / (step * 1000)));
  return [...steps].map(([at, members]) => ({
    timestamp: new Date(at * step * 1000).toISOString(),
    value: aggregated(
      members.map(({ value }) => value),
      agg,
      step,
    ),
  }));
}

/** What a counter grew by from point to point; one that was set back began anew. */
function growth(points: readonly Point[]): readonly Point[] {
  return points.slice(1).map((point, index) => {
    const grown = point.value - (points[index]?.value ?? 0);
    return { ...point, value: grown < 0 ? point.value : grown };
  });
}

function aggregated(values: readonly number[], agg: metrics.MetricAggregation, step: number): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const sorted = values.toSorted((one, other) => one - other);
  const percentile = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
  switch (agg) {
    case "avg":
      return sum / values.length;
    case "sum":
      return sum;
    case "count":
      return values.length;
    case "rate":
      return sum / step;
    case "min":
      return percentile(0);
    case "max":
      return percentile(1);
    case "p50":
      return percentile(0.5);
    case "p95":
      return percentile(0.95);
    case "p99":
      return percentile(0.99);
  }
}
