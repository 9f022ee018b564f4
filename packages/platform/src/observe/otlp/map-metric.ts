import type { HistogramRecord, PointRecord } from "../records.ts";
import { shorten } from "./attribute-set.ts";
import type { Mapped } from "./mapped.ts";
import type { OtlpMetric, OtlpPoint, Sent } from "./model.ts";
import { pointLabels } from "./record-parts.ts";

const longestName = 255;
const mostBuckets = 500;
/** Characters of the attributes of a point, which are its series' labels: all of a query's are read at once. */
const longestLabels = 4096;
/** The flag of a point that says only that there is no value. */
const noValue = 1;

/** The points of a metric. */
export function mapMetric({ item: metric, ...sent }: Sent<OtlpMetric>): readonly Mapped<PointRecord>[] {
  const problem = problemOf(metric);
  return metric.points
    .filter(({ flags }) => (flags & noValue) === 0)
    .map((point) => {
      const rejected = problem ?? problemOfPoint(metric, point);
      if (rejected !== undefined) return { rejected };
      const { claim, labels } = pointLabels({ ...sent, item: point });
      return {
        claim,
        record: {
          ...{ name: metric.name, labels, type: typeOf(metric), isDelta: metric.temporality === 1 },
          unit: metric.unit === "" ? null : shorten(metric.unit, longestName),
          time: point.time || Date.now(),
          value: point.value ?? 0,
          histogram: metric.kind === "histogram" ? histogramOf(point) : null,
        },
      };
    });
}

function typeOf({ kind, isMonotonic }: OtlpMetric): PointRecord["type"] {
  if (kind === "histogram") return "histogram";
  return kind === "sum" && isMonotonic ? "counter" : "gauge";
}

function histogramOf({ count, bounds, buckets }: OtlpPoint): HistogramRecord {
  return { count, bounds, buckets };
}

function problemOf({ name, kind }: OtlpMetric): string | undefined {
  if (name === "") return "a metric has no name";
  if (name.length > longestName) return `the name of a metric is longer than ${longestName} characters`;
  if (kind === "summary") return `${name} is a summary, which is not stored: send a histogram`;
  if (kind === "exponential histogram") {
    return `${name} is an exponential histogram, which is not stored: send one with explicit bounds`;
  }
  return undefined;
}

function problemOfPoint(
  { name, kind }: OtlpMetric,
  { value, bounds, buckets, attributes }: OtlpPoint,
): string | undefined {
  if (attributes.length > longestLabels) {
    return `the attributes of a point of ${name} are longer than ${longestLabels} characters`;
  }
  if (value !== undefined && !Number.isFinite(value)) return `a point of ${name} is not a number`;
  if (kind !== "histogram") return value === undefined ? `a point of ${name} has no value` : undefined;
  if (buckets.length > mostBuckets) return `a point of ${name} has more than ${mostBuckets} buckets`;
  const isWhole = buckets.length === 0 ? bounds.length === 0 : buckets.length === bounds.length + 1;
  const isSorted = bounds.every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (bounds[index - 1] ?? bound)),
  );
  return isWhole && isSorted ? undefined : `the buckets of a point of ${name} do not fit its bounds`;
}
