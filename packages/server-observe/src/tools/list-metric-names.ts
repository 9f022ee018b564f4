import { metrics } from "@platform-mcp/client";
import {
  defineAnyProjectTool,
  limit,
  list,
  named,
  note,
  offset,
  type Part,
  time,
  user,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { listSeries, type Series } from "../metrics/series.ts";

export const listMetricNames = defineAnyProjectTool({
  name: "list_metric_names",
  title: "List metric names",
  description: "List the metrics there are, with their labels; with a name, the series of that metric.",
  risk: "read",
  input: { name: z.string().min(1).max(255).optional(), limit, offset },
  output: {
    metrics: z
      .array(
        z.object({
          metric: z.string(),
          type: z.string(),
          unit: z.string().nullable(),
          series: z.int(),
          labels: z.string().nullable(),
          last_at: z.string().nullable(),
        }),
      )
      .optional(),
    total_metrics: z.int().optional(),
    series: z
      .array(
        z.object({
          labels: z.string(),
          type: z.string(),
          unit: z.string().nullable(),
          last_at: z.string().nullable(),
          project_id: z.string().nullable().optional(),
        }),
      )
      .optional(),
    total_series: z.int().optional(),
  },
  uses: [metrics.listMetricNames],
  async run({ api, project }, { name, limit, offset }) {
    const { series, isComplete } = await listSeries(api, project, name);
    const page = { offset, limit, isComplete };
    const found = name === undefined ? namesPart(series, page) : seriesPart(name, series, project === undefined, page);
    return isComplete
      ? found
      : [found, note("This platform has more series than were looked through: there may be more.")];
  },
});

interface Page {
  readonly offset: number;
  readonly limit: number;
  readonly isComplete: boolean;
}

function namesPart(series: readonly Series[], { offset, limit, isComplete }: Page): Part {
  const names = [...Map.groupBy(series, ({ name }) => name)];
  return list({
    of: "metrics",
    items: names.slice(offset, offset + limit).map(([name, members]) => ({
      metric: named(name),
      type: members[0]?.metric_type ?? null,
      unit: named(members[0]?.unit || null),
      series: members.length,
      labels: named(labelsOf(members) || null),
      last_at: time(lastOf(members)),
    })),
    offset,
    total: names.length,
    totalIsMinimum: !isComplete,
    hasMore: offset + limit < names.length,
    next: (next) => `list_metric_names with offset=${next}`,
    empty: "Programs send them by OTLP.",
  });
}

function seriesPart(name: string, series: readonly Series[], isOfAll: boolean, { offset, limit }: Page): Part {
  return list({
    of: "series",
    items: series.slice(offset, offset + limit).map((one) => ({
      labels: user(JSON.stringify(one.labels ?? {})),
      type: one.metric_type,
      unit: named(one.unit || null),
      last_at: time(one.last_at),
      ...(isOfAll && { project_id: one.project_id }),
    })),
    offset,
    total: series.length,
    grouped: {
      by: () => name,
      line: ({ labels, type, last_at, project_id }) =>
        [type, last_at ?? "", project_id ? `project ${project_id}` : "", labels.text]
          .filter((word) => word !== "")
          .join(" "),
    },
    next: (next) => `the same call with offset=${next}`,
    empty: "list_metric_names without a name lists the metrics there are.",
  });
}

/** The labels of some series, each with how many values it has: `route(4),status(3)`. */
function labelsOf(series: readonly Series[]): string {
  const values = new Map<string, Set<string>>();
  for (const { labels } of series) {
    for (const [label, value] of Object.entries(labels ?? {})) {
      values.set(label, (values.get(label) ?? new Set()).add(JSON.stringify(value)));
    }
  }
  return [...values].map(([label, { size }]) => `${label}(${size})`).join(",");
}

function lastOf(series: readonly Series[]): string | null {
  return (
    series
      .map(({ last_at }) => last_at ?? "")
      .sort()
      .at(-1) || null
  );
}
