import type { Queryable } from "../db/queryable.ts";
import { endWorkload } from "./end-workload.ts";

/** Has everything torn down that is kept running for a deleted project. In a transaction. */
export async function endWorkloadsOf(db: Queryable, projectId: string): Promise<void> {
  const running = await db
    .selectFrom("workloads")
    .where("project_id", "=", projectId)
    .where("removal_reason", "is", null)
    // In one order, so that no two wait for each other.
    .orderBy("id")
    .select("id")
    .execute();
  for (const { id } of running) await endWorkload(db, id, "project_deleted");
}
