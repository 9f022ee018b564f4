import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import { dropClaim } from "./drop-claim.ts";

const BATCH = 25;

interface SweepOptions {
  /**
   * Whether this process runs a step under the claim: then it keeps or ends it itself, though the claim has expired, as
   * on a computer that has slept.
   */
  readonly isOwn: (claim: Claim) => boolean;
  readonly onError: (error: unknown) => void;
}

/** Ends the claims of platforms that are gone; one that cannot be ended is told to `onError`, and in nobody's way. */
export async function sweepAbandoned(db: Queryable, claims: Claims, { isOwn, onError }: SweepOptions): Promise<void> {
  for (let after: string | null = null; ; ) {
    const batch = await claims.abandoned(db, { after, limit: BATCH });
    for (const claim of batch) {
      if (isOwn(claim)) continue;
      try {
        const step = await db
          .selectFrom("pipeline_steps")
          .where("id", "=", claim.id)
          .select("pipeline_id")
          .executeTakeFirst();
        if (step === undefined) continue;
        const guard = claims.stillAbandoned(claim);
        const why = "each time, the platform that was to run it went away";
        await dropClaim(db, { pipelineId: step.pipeline_id, guard, progress: "unknown", why });
      } catch (error) {
        onError(error);
      }
    }
    after = batch.at(-1)?.id ?? null;
    if (batch.length < BATCH) return;
  }
}
