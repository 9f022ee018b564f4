import { notify } from "../../db/notify.ts";
import type { Queryable } from "../../db/queryable.ts";

/** Tells every platform on the database that a pipeline has changed; once the transaction is committed, if in one. */
export async function notifyPipeline(db: Queryable, pipelineId: string): Promise<void> {
  await notify(db, "pipelines", pipelineId);
}
