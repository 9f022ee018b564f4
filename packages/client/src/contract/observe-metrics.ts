import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { queryInteger, timestamp, uuid } from "./values.ts";

export const metricType = z.enum(["gauge", "counter", "histogram", "summary"]);
export type MetricType = z.output<typeof metricType>;

/**
 * How the points of a step become one value. `rate` is what a counter grows by in a second and `sum` what it grows by,
 * whatever it is set back to in between; `p50` to `p99` are of the points of a gauge, and of the observations of a
 * histogram. Of a histogram `avg` is of its observations, `sum` their sum, `count` their number, `rate` their number in a
 * second. A gauge has no `rate`, and of a histogram nobody knows `min` and `max`: both are refused.
 */
export const metricAggregation = z.enum(["avg", "sum", "max", "min", "count", "rate", "p50", "p95", "p99"]);
export type MetricAggregation = z.output<typeof metricAggregation>;

const labels = z.record(z.string(), z.unknown());
const metricName = z.string().min(1).max(255);

/** A JSON object as text: `{"route":"/","status":"500"}`. */
const labelsText = z.string().max(4000);

export const queryMetrics = endpoint({
  method: "GET",
  path: "/api/observe/metrics",
  summary: "The points of a metric, oldest first: as they came, or with `step` one value for each step and series",
  permission: "observe:read",
  scope: "named",
  query: z.object({
    name: metricName,
    project_id: uuid.optional(),
    /** Only the series that have all of these labels, as a JSON object. */
    labels: labelsText.optional(),
    /** Inclusive. An hour before `to` without it. */
    from: timestamp.optional(),
    /** Inclusive. Now without it. */
    to: timestamp.optional(),
    /** In seconds. Steps begin at whole multiples of it. */
    step: queryInteger(1, 86_400).optional(),
    /** Only with `step`; by default `rate` of a counter, else `avg`. */
    agg: metricAggregation.optional(),
    limit: queryInteger(0, Number.MAX_SAFE_INTEGER)
      .default(1000)
      .transform((limit) => Math.min(limit, 10_000)),
    offset: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
  }),
  response: z.array(
    z.object({
      timestamp,
      value: z.number(),
      /** Those of its series. */
      labels: labels.nullish(),
      /** Whose series it is; null for the platform's. */
      project_id: uuid.nullish(),
    }),
  ),
});

export const listMetricNames = endpoint({
  method: "GET",
  path: "/api/observe/metrics/names",
  summary: "List the series of metrics by name, one entry for each set of labels",
  permission: "observe:read",
  scope: "named",
  query: z.object({
    project_id: uuid.optional(),
    /** Only series of this metric. */
    name: metricName.optional(),
    limit: queryInteger(0, Number.MAX_SAFE_INTEGER)
      .default(100)
      .transform((limit) => Math.min(limit, 1000)),
    offset: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
  }),
  response: z.array(
    z.object({
      name: z.string(),
      labels: labels.nullable(),
      metric_type: metricType,
      unit: z.string().nullable(),
      /** When its last point was measured. */
      last_at: timestamp.nullish(),
      project_id: uuid.nullish(),
    }),
  ),
});
