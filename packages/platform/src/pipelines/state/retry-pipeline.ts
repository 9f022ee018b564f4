import type { Queryable } from "../../db/queryable.ts";
import { conflict } from "../../problem.ts";
import { lockPipeline } from "./lock-pipeline.ts";
import { settlePipeline } from "./settle-pipeline.ts";
import { stepOrder } from "./step-order.ts";

/**
 * Opens a pipeline again, for another run of the steps that did not succeed, and of those that come after them: what ran
 * although something before it had failed says nothing about the new run. A step of which something still runs starts
 * when that is gone: its claim stays. Must be in a transaction. @throws Problem 409 when there is nothing to run again
 */
export async function retryPipeline(db: Queryable, pipelineId: string): Promise<void> {
  const pipeline = await lockPipeline(db, pipelineId);
  if (pipeline === undefined || !pipeline.hasEnded)
    throw conflict("the pipeline has not ended: cancel it first, or wait");
  if (pipeline.status === "success") throw conflict("every step has succeeded: there is nothing to run again");
  const steps = await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .select(["name", "status", "depends_on"])
    .execute();
  const { ancestors } = stepOrder(steps, pipeline.definition);
  const unsuccessful = new Set(steps.filter(({ status }) => status !== "success").map(({ name }) => name));
  const reopened = steps
    .filter((step) => [step.name, ...ancestors(step)].some((name) => unsuccessful.has(name)))
    .map(({ name }) => name);
  if (reopened.length === 0)
    throw conflict("the pipeline has no steps: mend its definition and push, or start another one");
  await db
    .updateTable("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .where("name", "in", reopened)
    .set({ status: "pending", ready_at: null, started_at: null, finished_at: null, lost_claims: 0 })
    .set({ exit_code: null, reason: null, message: null, log_ref: null })
    .execute();
  await db
    .updateTable("pipelines")
    .where("id", "=", pipelineId)
    .set((eb) => ({ status: "pending", run: eb("run", "+", 1), started_at: null, finished_at: null }))
    .set({ reason: null, message: null })
    .execute();
  await settlePipeline(db, pipelineId);
}
