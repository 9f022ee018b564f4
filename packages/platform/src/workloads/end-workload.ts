import type { workloads } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { changeWorkload } from "./change-workload.ts";

/**
 * Has a workload torn down: whoever looks after it removes all that runs of it, and then its row. The first reason given
 * stays. False when it is being removed already, or is not there. In a transaction.
 */
export async function endWorkload(db: Queryable, id: string, reason: workloads.WorkloadReason): Promise<boolean> {
  const there = await db
    .selectFrom("workloads")
    .where("id", "=", id)
    .where("removal_reason", "is", null)
    .select("id")
    .forUpdate()
    .executeTakeFirst();
  if (there === undefined) return false;
  await changeWorkload(db, id, { removal_reason: reason, desired_status: "stopped", action: "stop" });
  return true;
}
