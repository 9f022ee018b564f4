import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { emitWebhook } from "../../webhooks/emit-webhook.ts";
import { advance } from "./advance.ts";
import { lockPipeline } from "./lock-pipeline.ts";
import { notifyPipeline } from "./notify-pipeline.ts";

/**
 * Brings a pipeline to where its steps have got it: lets those start whose turn has come, skips those that will not run,
 * ends the pipeline when all have ended. Nothing happens to one that has ended. Must be in a transaction.
 */
export async function settlePipeline(db: Queryable, pipelineId: string): Promise<void> {
  const pipeline = await lockPipeline(db, pipelineId);
  if (pipeline === undefined || pipeline.hasEnded) return;
  const steps = await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .orderBy("step_order")
    .select(["name", "status", "reason", "depends_on"])
    .select(sql<boolean>`ready_at is not null`.as("ready"))
    .execute();
  const { ready, skipped, ended } = advance({ ...pipeline, steps });
  const now = sql<string>`now()`;
  const step = (names: readonly string[]) =>
    db.updateTable("pipeline_steps").where("pipeline_id", "=", pipelineId).where("name", "in", names);
  if (ready.length > 0) await step(ready).set({ ready_at: now }).execute();
  for (const { name, ...why } of skipped) {
    await step([name])
      .set({ ...why, status: "skipped", finished_at: now })
      .execute();
  }
  if (ended !== undefined) {
    const { project_id } = await db
      .updateTable("pipelines")
      .where("id", "=", pipelineId)
      .set({ status: ended, finished_at: now })
      .returning("project_id")
      .executeTakeFirstOrThrow();
    await emitWebhook(db, project_id, "build", { action: ended, pipeline_id: pipelineId });
  }
  if (ready.length > 0 || ended !== undefined) await notifyPipeline(db, pipelineId);
}
