import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { keptAfterDeletionDays } from "../../git/upkeep/remove-deleted.ts";
import type { LogOwner, LogStore } from "./log-store.ts";

const atOnce = 1000;

/** The table of what has logs. */
const tables = { pipelines: "pipelines", agents: "agent_sessions" } as const;

/**
 * Removes the logs of projects that were deleted long enough ago; all others are kept as long as their pipelines and
 * sessions are. Gives the number of these.
 */
export async function removeOldLogs({
  db,
  logs,
}: {
  readonly db: Queryable;
  readonly logs: LogStore;
}): Promise<number> {
  return (await removeLogsOf("pipelines", db, logs)) + (await removeLogsOf("agents", db, logs));
}

async function removeLogsOf(owner: LogOwner, db: Queryable, logs: LogStore): Promise<number> {
  const ids = await logs.ids(owner);
  let removed = 0;
  for (let start = 0; start < ids.length; start += atOnce) {
    const { rows } = await sql<{ id: string }>`
      select owner.id from ${sql.table(tables[owner])} owner join projects on projects.id = owner.project_id
      where owner.id = any(${ids.slice(start, start + atOnce)}::uuid[]) and not is_active
        and deleted_at < now() - make_interval(days => ${keptAfterDeletionDays})`.execute(db);
    for (const { id } of rows) await logs.remove(owner, id);
    removed += rows.length;
  }
  return removed;
}
