import type { Queryable } from "../../db/queryable.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/schema.ts";

/** How long telemetry is kept, in days. */
export interface Retention {
  readonly logs: number;
  readonly traces: number;
  readonly metrics: number;
}

/** How long telemetry is kept as the settings are now. */
export async function readRetention(db: Queryable, defaults: Settings): Promise<Retention> {
  const settings = await readSettings(db, defaults);
  return {
    logs: settings.logs_retention_days,
    traces: settings.traces_retention_days,
    metrics: settings.metrics_retention_days,
  };
}
