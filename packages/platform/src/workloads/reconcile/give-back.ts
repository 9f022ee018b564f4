import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/**
 * Gives up a claim on a workload of which nothing more was found out.
 * @param guard true for the workload while the claim is the one that is meant
 * @param lookIn milliseconds until somebody should look again
 * @param hasEnded what ran of it has ended with the process that held the claim
 */
export async function giveBack(
  db: Queryable,
  guard: RawBuilder<SqlBool>,
  { lookIn = 0, hasEnded }: { readonly lookIn?: number; readonly hasEnded: boolean },
): Promise<void> {
  const ran = sql<boolean>`current_status = 'healthy'`;
  await db
    .updateTable("workloads")
    .where(guard)
    .set({
      ...{ status: "pending", claimed_by: null, claim_expires_at: null },
      ...(hasEnded && {
        // Until somebody has started it again, it is not what it was.
        current_status: sql<"degraded">`case when ${ran} then 'degraded' else current_status end`,
        reason: sql<"gone">`case when ${ran} then 'gone' else reason end`,
        message: sql<string>`case when ${ran} then 'the platform that ran it has ended' else message end`,
        last_transition_at: sql<string>`case when ${ran} then now() else last_transition_at end`,
      }),
      reconcile_at: sql<string>`now() + make_interval(secs => ${lookIn / 1000})`,
    })
    .execute();
}
