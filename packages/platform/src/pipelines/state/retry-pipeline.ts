import type { Queryable } from "../../db/queryable.ts";
import { conflict } from "../../problem.ts";
import { lockPipeline } from "./lock-pipeline.ts";
import { settlePipeline } from "./settle-pipeline.ts";

/**
 * Opens a pipeline again, for another run of the steps that did not succeed. A step of which something still runs starts
 * when that is gone: its claim stays. Must be in a transaction. @throws Problem 409 when there is nothing to run again
 */
export async function retryPipeline(db: Queryable, pipelineId: string): Promise<void> {
  const pipeline = await lockPipeline(db, pipelineId);
  if (pipeline === undefined || !pipeline.hasEnded)
    throw conflict("the pipeline has not ended: cancel it first, or wait");
  if (pipeline.status === "success") throw conflict("every step has succeeded: there is nothing to run again");
  const reopened = await db
    .updateTable("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .where("status", "in", ["failure", "skipped"])
    .set({ status: "pending", ready_at: null, started_at: null, finished_at: null, lost_claims: 0 })
    .set({ exit_code: null, reason: null, message: null, log_ref: null })
    .executeTakeFirst();
  if (reopened.numUpdatedRows === 0n)
    throw conflict("the pipeline has no steps: mend its definition and push, or start another one");
  await db
    .updateTable("pipelines")
    .where("id", "=", pipelineId)
    .set((eb) => ({ status: "pending", run: eb("run", "+", 1), started_at: null, finished_at: null }))
    .set({ reason: null, message: null })
    .execute();
  await settlePipeline(db, pipelineId);
}
