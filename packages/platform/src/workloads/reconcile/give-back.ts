import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/**
 * Gives up a claim on a workload of which nothing more was found out.
 * @param guard true for the workload while the claim is the one that is meant
 * @param lookIn milliseconds until somebody should look again
 */
export async function giveBack(db: Queryable, guard: RawBuilder<SqlBool>, lookIn = 0): Promise<void> {
  await db
    .updateTable("workloads")
    .where(guard)
    .set({
      ...{ status: "pending", claimed_by: null, claim_expires_at: null },
      reconcile_at: sql<string>`now() + make_interval(secs => ${lookIn / 1000})`,
    })
    .execute();
}
