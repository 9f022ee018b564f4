import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelinesTable } from "../../db/schema.ts";

/** A pipeline as it stays until the end of the transaction, unless that changes it. */
export interface LockedPipeline extends Selectable<PipelinesTable> {
  readonly hasEnded: boolean;
}

/**
 * Waits until nobody else changes the pipeline, and reads it; undefined when there is none. Whoever changes the steps of
 * a pipeline, or more than one of them, locks it first: so no two ever wait for each other. Must be in a transaction.
 */
export async function lockPipeline(db: Queryable, pipelineId: string): Promise<LockedPipeline | undefined> {
  const row = await db.selectFrom("pipelines").where("id", "=", pipelineId).selectAll().forUpdate().executeTakeFirst();
  return row && { ...row, hasEnded: row.status !== "pending" && row.status !== "running" };
}
