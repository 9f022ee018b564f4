import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { lockPipeline } from "./lock-pipeline.ts";
import { notifyPipeline } from "./notify-pipeline.ts";

export interface Cancellation {
  readonly reason: "cancelled" | "superseded";
  /** What the pipeline shows as the cause, if there is more to say. */
  readonly message?: string;
}

/**
 * Cancels a pipeline and skips its steps that have not ended; whoever runs one of them ends its processes when it sees
 * that, and keeps its claim until they are gone. Must be in a transaction. False when the pipeline had ended already.
 */
export async function cancelPipeline(
  db: Queryable,
  pipelineId: string,
  { reason, message }: Cancellation,
): Promise<boolean> {
  const pipeline = await lockPipeline(db, pipelineId);
  if (pipeline === undefined || pipeline.hasEnded) return false;
  const ended = { reason, message: message ?? null, finished_at: sql<string>`now()` };
  await db
    .updateTable("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .where("status", "in", ["pending", "running"])
    .set({ ...ended, status: "skipped", ready_at: null })
    .execute();
  await db
    .updateTable("pipelines")
    .where("id", "=", pipelineId)
    .set({ ...ended, status: "cancelled" })
    .execute();
  await notifyPipeline(db, pipelineId);
  return true;
}
