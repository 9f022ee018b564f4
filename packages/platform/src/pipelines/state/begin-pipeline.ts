import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { notifyPipeline } from "./notify-pipeline.ts";

/** Lets a pipeline be running, the first of whose steps is. */
export async function beginPipeline(db: Queryable, pipelineId: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("pipelines")
    .where("id", "=", pipelineId)
    .where("status", "=", "pending")
    .set({ status: "running", started_at: sql<string>`now()` })
    .executeTakeFirst();
  if (numUpdatedRows === 1n) await notifyPipeline(db, pipelineId);
}
