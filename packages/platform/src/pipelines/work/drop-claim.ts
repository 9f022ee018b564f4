import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { lockPipeline } from "../state/lock-pipeline.ts";
import { notifyPipeline } from "../state/notify-pipeline.ts";
import { settlePipeline } from "../state/settle-pipeline.ts";
import { failure } from "./outcome.ts";

/** How often in a row a step may be claimed without its process being started. */
const MOST_CLAIMS = 3;

interface DroppedClaim {
  readonly pipelineId: string;
  /** True for the step while the claim is the one that is meant. */
  readonly guard: RawBuilder<SqlBool>;
  /**
   * How far it had come: `unstarted` and `returned` are certain that no process was started, the latter through no fault;
   * `unknown` goes by what the row says.
   */
  readonly progress: "unknown" | "unstarted" | "returned";
  /** Why it could not be started, for people. */
  readonly why: string;
}

/**
 * Ends a claim whose work did not come to its end. A step whose process may have been started is `lost`: it is never run
 * again by itself, since nobody knows what it has done. One that was not waits for the next claim; when that has
 * happened too often, it fails. Nothing else changes for a step that was cancelled, or opened again since.
 */
export async function dropClaim(db: Queryable, { pipelineId, guard, ...how }: DroppedClaim): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lockPipeline(transaction, pipelineId);
    const step = await transaction
      .selectFrom("pipeline_steps")
      .where(guard)
      .select(["id", "status", "started_at", "lost_claims"])
      .forUpdate()
      .executeTakeFirst();
    if (step === undefined) return;
    await transaction
      .updateTable("pipeline_steps")
      .where("id", "=", step.id)
      .set({ ...changeOf(step, how), claimed_by: null, claim_expires_at: null })
      .execute();
    await settlePipeline(transaction, pipelineId);
    await notifyPipeline(transaction, pipelineId);
  });
}

interface ClaimedStep {
  readonly status: string;
  readonly started_at: string | null;
  readonly lost_claims: number;
}

function changeOf(
  { status, started_at, lost_claims }: ClaimedStep,
  { progress, why }: Pick<DroppedClaim, "progress" | "why">,
) {
  const ended = { finished_at: sql<string>`now()` };
  if (status !== "running") return {};
  if (started_at !== null && progress === "unknown") {
    const message = "the platform that ran it went away: retry the pipeline to run it again";
    return { ...failure("lost", message), ...ended };
  }
  const lost = lost_claims + (progress === "returned" ? 0 : 1);
  if (lost < MOST_CLAIMS) return { status: "pending" as const, started_at: null, lost_claims: lost };
  return { ...failure("start_failed", `it was tried ${MOST_CLAIMS} times: ${why}`), started_at: null, ...ended };
}
