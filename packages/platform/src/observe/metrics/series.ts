import { type Selectable, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { TelemetrySeriesTable } from "../../db/schema.ts";
import { invalid } from "../../problem.ts";
import { type Instant, instantText } from "../../search/instant.ts";

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

/** Series that are looked at for one answer: of labels with ids in them there may be millions. */
const most = 10_000;

/** The series that may have points since a moment. @throws Problem 400 when there are too many */
export async function findSeries(db: Queryable, filter: SeriesFilter, since: Instant): Promise<readonly SeriesRow[]> {
  const series = await selectSeries(db, filter)
    .where("last_at", ">=", instantText(since))
    .limit(most + 1)
    .execute();
  if (series.length > most) throw invalid("labels", `must choose fewer than the more than ${most} series there are`);
  return series;
}
