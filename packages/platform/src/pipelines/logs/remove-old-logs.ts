import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { keptAfterDeletionDays } from "../../git/upkeep/remove-deleted.ts";
import type { LogStore } from "./log-store.ts";

const atOnce = 1000;

/**
 * Removes the logs of projects that were deleted long enough ago; all others are kept as long as their pipelines are.
 * Gives the number of pipelines.
 */
export async function removeOldLogs({
  db,
  logs,
}: {
  readonly db: Queryable;
  readonly logs: LogStore;
}): Promise<number> {
  const ids = await logs.pipelines();
  let removed = 0;
  for (let start = 0; start < ids.length; start += atOnce) {
    const rows = await db
      .selectFrom("pipelines")
      .innerJoin("projects", "projects.id", "pipelines.project_id")
      .where(sql<boolean>`pipelines.id = any(${ids.slice(start, start + atOnce)}::uuid[])`)
      .where("is_active", "=", false)
      .where("deleted_at", "<", sql<string>`now() - make_interval(days => ${keptAfterDeletionDays})`)
      .select("pipelines.id")
      .execute();
    for (const { id } of rows) await logs.remove(id);
    removed += rows.length;
  }
  return removed;
}
