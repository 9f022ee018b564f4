import { metrics } from "@platform-mcp/client";
import { defineAnyProjectTool, list, named, note, record, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { from, to } from "../arguments.ts";
import { alikeIn, attributesLine, without } from "../attributes.ts";
import { metricValues } from "../metrics/metric-values.ts";
import { brief, type ValueSeries } from "../metrics/value-series.ts";
import { whyNoPoints } from "../metrics/why-no-points.ts";

export const queryMetrics = defineAnyProjectTool({
  name: "query_metrics",
  title: "Query metrics",
  description: "Show a metric over time: each series with its min, avg, max, last and values.",
  risk: "read",
  input: {
    name: z.string().min(1).max(255),
    labels: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe("Only series that have all of these"),
    agg: metrics.metricAggregation.optional().describe("By default rate, per second, of a counter, else avg"),
    step: z.int().min(1).max(86_400).optional().describe("Seconds of a value; by default about 30 values"),
    from,
    to,
  },
  output: {
    type: z.string().nullable(),
    unit: z.string().nullable(),
    values: z.string(),
    in_all: z.string().nullable(),
    series: z.array(
      z.object({
        labels: z.string(),
        project_id: z.string().nullable().optional(),
        min: z.number(),
        avg: z.number(),
        max: z.number(),
        last: z.number(),
        values: z.string(),
      }),
    ),
    total_series: z.int(),
  },
  uses: [metrics.queryMetrics, metrics.listMetricNames],
  async run({ api, project }, { name, labels = {}, ...asked }) {
    const found = await metricValues(api, { project, name, labels, ...asked });
    const { series, values, agg, step, shortcomings } = found;
    if (values === undefined) {
      const why = await whyNoPoints(api, { project, name, labels, series });
      return note(`no points from ${time(found.from)} to ${time(found.to)}. ${why}`);
    }
    const [known] = series;
    const common = alikeIn(values.series.map(({ labels }) => labels));
    const start = time(new Date(values.start).toISOString());
    return [
      record({
        type: known?.metric_type ?? null,
        unit: named(known?.unit || null),
        values: `${agg} of each ${step} s from ${start}; min, avg, max and last are of these`,
        in_all: user(attributesLine(common) || null),
      }),
      list({
        of: "series",
        items: values.series.map((one) =>
          seriesRow({ ...one, labels: without(one.labels, common) }, project === undefined),
        ),
        total: values.series.length,
        grouped: { by: () => name, line: seriesLine },
        next: () => "query_metrics with labels that fewer series have, or a larger step",
        empty: "",
      }),
      ...(shortcomings.length === 0 ? [] : [note(shortcomings.join(" "))]),
    ];
  },
});

function seriesRow({ labels, project, values, ...figures }: ValueSeries, isOfAll: boolean) {
  return {
    labels: user(JSON.stringify(labels)),
    ...(isOfAll && { project_id: project }),
    min: brief(figures.min),
    avg: brief(figures.avg),
    max: brief(figures.max),
    last: brief(figures.last),
    values: values.map((value) => (value === null ? "-" : brief(value))).join(","),
  };
}

/** The figures first: what users have chosen comes last, and cannot be taken for them. */
function seriesLine(row: ReturnType<typeof seriesRow>): string {
  const project = row.project_id ? ` project ${row.project_id}` : "";
  const labels = row.labels.text === "{}" ? "" : ` ${row.labels.text}`;
  return `min ${row.min} avg ${row.avg} max ${row.max} last ${row.last}: ${row.values}${project}${labels}`;
}
