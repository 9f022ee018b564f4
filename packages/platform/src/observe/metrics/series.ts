import type { metrics } from "@platform-mcp/client/contract";
import { type Selectable, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { TelemetrySeriesTable } from "../../db/schema.ts";

export type SeriesRow = Selectable<Omit<TelemetrySeriesTable, "identity">>;

/** Which series are asked for, of those that the caller may read. */
export interface SeriesFilter {
  /** Undefined: of all projects, and of the platform itself. */
  readonly projectId?: string | undefined;
  readonly name?: string | undefined;
  /** Only those that have all of these labels. */
  readonly labels?: Labels;
}

export type Labels = Readonly<Record<string, string | number | boolean>>;

/** Series by name and labels. */
export function selectSeries(db: Queryable, { projectId, name, labels = {} }: SeriesFilter) {
  let series = db
    .selectFrom("telemetry_series")
    .select(["id", "project_id", "session_id", "name", "labels"])
    .select(["metric_type", "is_delta", "unit", "bounds", "last_at"])
    .orderBy("name")
    .orderBy("labels")
    .orderBy("id");
  if (projectId !== undefined) series = series.where("project_id", "=", projectId);
  if (name !== undefined) series = series.where("name", "=", name);
  // As text: whether a program has sent 500 or "500" is nothing that who asks can know.
  for (const [label, value] of Object.entries(labels)) {
    series = series.where(sql<SqlBool>`labels ->> ${label} = ${String(value)}`);
  }
  return series;
}

/** The types of metrics of which there are points. */
export function isOfType(type: metrics.MetricType) {
  return ({ metric_type }: SeriesRow) => metric_type === type;
}
