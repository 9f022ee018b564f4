import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Verdict } from "./verdict.ts";

/** Records what became of a delivery that was sent, and gives up the claim; nothing when that is somebody else's by now. */
export async function recordAttempt(
  db: Queryable,
  claims: Claims,
  claim: Claim,
  { delay, ...verdict }: Verdict,
): Promise<void> {
  const now = sql<string>`now()`;
  await db
    .updateTable("webhook_deliveries")
    .where(claims.held(claim))
    .set((eb) => ({
      ...verdict,
      attempts: eb("attempts", "+", 1),
      ...(delay === null ? {} : { next_attempt_at: sql<string>`now() + make_interval(secs => ${delay})` }),
      ...(verdict.status === "delivered" ? { delivered_at: now } : {}),
      ...{ claimed_by: null, claim_expires_at: null },
    }))
    .execute();
}
