import { type RawBuilder, sql, type Updateable } from "kysely";
import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";
import type { WorkloadRow, WorkloadsTable } from "../db/schema.ts";
import { given } from "../given.ts";
import { wantedAnew } from "./wanted-anew.ts";

type Wanted =
  | "image_ref"
  | "desired_status"
  | "ops_repo_id"
  | "manifest_path"
  | "action"
  | "commit_sha"
  | "pipeline_id"
  | "deployed_by"
  | "removal_reason";

/** What is wanted of a workload from now on. What is left out, or undefined, stays as it is. */
export type WorkloadChange = {
  readonly [Column in Wanted]?: Updateable<WorkloadsTable>[Column];
} & {
  /** Pipelines made before that change nothing any more. */
  readonly pipeline_created_at?: string | RawBuilder<string> | null | undefined;
  /** Any JSON. */
  readonly values_override?: unknown;
  /** A preview is kept for at least so many hours from now: what somebody has extended is not cut short. */
  readonly keep_hours?: number | undefined;
};

/**
 * The one way in which something else becomes wanted of a workload: counts its generation up, forgets what came of the
 * one before, and has it looked at at once. An empty change does so too. In a transaction, of a row that is there.
 */
export async function changeWorkload(db: Queryable, id: string, change: WorkloadChange): Promise<WorkloadRow> {
  const { values_override, keep_hours, ...columns } = change;
  const changed = await db
    .updateTable("workloads")
    .where("id", "=", id)
    .set({
      ...given(columns),
      ...(values_override !== undefined && { values_override: jsonOf(values_override) }),
      ...(keep_hours !== undefined && { expires_at: sql<string>`greatest(expires_at, ${hoursFromNow(keep_hours)})` }),
      ...wantedAnew,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await notify(db, "workloads", id);
  return changed;
}

/** As a column of JSON takes a value: null is SQL's, not JSON's. */
export function jsonOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** A moment from now by the database's clock. */
export function hoursFromNow(hours: number) {
  return sql<string>`now() + make_interval(hours => ${hours})`;
}
