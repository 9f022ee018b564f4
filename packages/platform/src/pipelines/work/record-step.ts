import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import { lockPipeline } from "../state/lock-pipeline.ts";
import { notifyPipeline } from "../state/notify-pipeline.ts";
import { settlePipeline } from "../state/settle-pipeline.ts";
import type { Outcome } from "./outcome.ts";

interface EndedStep {
  readonly claim: Claim;
  readonly pipelineId: string;
  readonly outcome: Outcome;
  /** Null when there is none. */
  readonly logRef: string | null;
}

/** Notes that a step's process is about to start. False when the step is no longer to be run. */
export async function recordStart(
  db: Queryable,
  claims: Claims,
  claim: Claim,
  logRef: string | null,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("pipeline_steps")
    .where(claims.held(claim))
    .where("status", "=", "running")
    .set({ started_at: sql<string>`now()`, log_ref: logRef, lost_claims: 0 })
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Records how a step ended, with all that follows for its pipeline, and gives up the claim. Of a step that was cancelled
 * meanwhile, only the claim is given up; of one that is somebody else's by now, nothing is changed.
 */
export async function recordOutcome(
  db: Queryable,
  claims: Claims,
  { claim, pipelineId, outcome, logRef }: EndedStep,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipelineId);
    const { numUpdatedRows } = await transaction
      .updateTable("pipeline_steps")
      .where(claims.held(claim))
      .where("status", "=", "running")
      .set({ ...outcome, log_ref: logRef, finished_at: sql<string>`now()`, claimed_by: null, claim_expires_at: null })
      .executeTakeFirst();
    if (numUpdatedRows === 1n) await settlePipeline(transaction, pipelineId);
    // Which somebody may wait for to run the step again.
    else if (await claims.release(transaction, claim)) await notifyPipeline(transaction, pipelineId);
  });
}
