import type { AbandonedClaim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import { dropClaim } from "./drop-claim.ts";

/** Ends the claim on a step that a platform which is gone was to run, or ran. */
export async function dropAbandoned(db: Queryable, claims: Claims, claim: AbandonedClaim): Promise<void> {
  const step = await db
    .selectFrom("pipeline_steps")
    .where("id", "=", claim.id)
    .select("pipeline_id")
    .executeTakeFirst();
  if (step === undefined) return;
  const guard = claims.stillAbandoned(claim);
  const why = "each time, the platform that was to run it went away";
  await dropClaim(db, { pipelineId: step.pipeline_id, guard, progress: "unknown", why });
}
