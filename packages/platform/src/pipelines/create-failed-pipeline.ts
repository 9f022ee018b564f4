import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { EndReason } from "../db/schema.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { originColumns, type PipelineOrigin } from "./pipeline-origin.ts";

/** Makes a pipeline that has failed before it had any steps, so that its users see why nothing runs. */
export async function createFailedPipeline(
  db: Queryable,
  origin: PipelineOrigin,
  { reason, message }: { readonly reason: EndReason; readonly message: string },
): Promise<void> {
  const { id, project_id } = await db
    .insertInto("pipelines")
    .values({
      ...originColumns(origin),
      status: "failure",
      reason,
      message,
      finished_at: sql<string>`now()`,
    })
    .returning(["id", "project_id"])
    .executeTakeFirstOrThrow();
  await emitWebhook(db, project_id, "build", { action: "failure", pipeline_id: id });
}
