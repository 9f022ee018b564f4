import { metrics } from "@platform-mcp/client";
import { type Api, ArgumentError } from "@platform-mcp/server-kit";
import { aggregateHere } from "./aggregate-here.ts";
import { hasLabels, listSeries, type Series } from "./series.ts";
import { requireReadable, stepFor } from "./step.ts";
import { type Values, valuesOf } from "./value-series.ts";

/** As many points as platforms give at once. */
const mostPoints = 10_000;

const hour = 3_600_000;

export interface Wanted {
  readonly project: string | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number | boolean>>;
  readonly agg?: metrics.MetricAggregation | undefined;
  /** In seconds. */
  readonly step?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface MetricValues {
  /** All series of the metric, whatever their labels. */
  readonly series: readonly Series[];
  /** Undefined when there are none. */
  readonly values: Values | undefined;
  readonly agg: metrics.MetricAggregation;
  readonly step: number;
  readonly from: string;
  readonly to: string;
  /** What is not as it should be with them, in sentences. */
  readonly shortcomings: readonly string[];
}

/** @throws ArgumentError for a time that ends before it begins, for too many values, and for what this platform cannot know */
export async function metricValues(api: Api, wanted: Wanted): Promise<MetricValues> {
  const { project, name, labels } = wanted;
  const end = wanted.to === undefined ? Date.now() : Date.parse(wanted.to);
  const begin = wanted.from === undefined ? end - hour : Date.parse(wanted.from);
  if (begin > end) throw new ArgumentError("from must not be after to");
  const { from = new Date(begin).toISOString(), to = new Date(end).toISOString() } = wanted;
  const step = wanted.step ?? stepFor((end - begin) / 1000);
  requireReadable(step, (end - begin) / 1000);
  // One after the other, so that it is always the same call that is refused.
  const answer = await api.call(metrics.queryMetrics, {
    ...{ name, project_id: project, step, agg: wanted.agg, from, to, limit: mostPoints },
    ...(Object.keys(labels).length > 0 && { labels: JSON.stringify(labels) }),
  });
  // Each step between the first and the last point takes room, so that one of another time could take all there is.
  const points = answer.filter(({ timestamp }) => {
    const time = Date.parse(timestamp);
    return time >= begin - step * 1000 && time <= end;
  });
  const { series } = await listSeries(api, project, name);
  const agg = wanted.agg ?? (series[0]?.metric_type === "counter" ? "rate" : "avg");
  const matching = series.filter((one) => hasLabels(one, labels)).length;
  // The first platform gives points as they came, and says nothing of their series.
  const isRaw = points.some((point) => point.labels === undefined);
  const values = valuesOf(isRaw ? aggregateHere(points, { agg, step, series: matching }) : points, step);
  const shortcomings = [
    ...(isRaw && matching > 1
      ? [`This platform does not tell series apart: the values are of ${matching} together.`]
      : []),
    ...(answer.length < mostPoints
      ? []
      : [
          `The platform gave the earliest ${answer.length} points alone; what is later is missing. Ask for fewer series by labels, less time or a larger step.`,
        ]),
  ];
  return { series, values, agg, step, from, to, shortcomings };
}
