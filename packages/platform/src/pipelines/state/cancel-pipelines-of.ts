import type { Queryable } from "../../db/queryable.ts";
import { cancelPipeline } from "./cancel-pipeline.ts";

/** Cancels whatever of a deleted project has not ended. Must be in a transaction. */
export async function cancelPipelinesOf(db: Queryable, projectId: string): Promise<void> {
  const unfinished = await db
    .selectFrom("pipelines")
    .where("project_id", "=", projectId)
    .where("status", "in", ["pending", "running"])
    // In one order, so that no two wait for each other.
    .orderBy("id")
    .select("id")
    .execute();
  for (const { id } of unfinished)
    await cancelPipeline(db, id, { reason: "cancelled", message: "the project was deleted" });
}
