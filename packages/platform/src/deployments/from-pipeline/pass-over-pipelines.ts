import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/**
 * Has nothing deployed of what a branch's pipelines of until now make: who ends its preview does not want it back from
 * one that still runs. In a transaction that has not locked the workload yet.
 */
export async function passOverPipelines(db: Queryable, projectId: string, branch: string): Promise<void> {
  await db
    .updateTable("pipelines")
    .where("project_id", "=", projectId)
    .where("branch", "=", branch)
    .where("status", "in", ["pending", "running", "success"])
    .where("deploy_checked_at", "is", null)
    .set({ deploy_checked_at: sql<string>`now()` })
    .execute();
}
