import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Channel } from "../../db/wakeups.ts";

const channel: Channel = "pipelines";

/** Tells every platform on the database that a pipeline has changed; once the transaction is committed, if in one. */
export async function notifyPipeline(db: Queryable, pipelineId: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${pipelineId})`.execute(db);
}
