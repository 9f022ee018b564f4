import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelinesTable } from "../../db/schema.ts";

/** Seconds until what has failed once is tried again; each time twice as long as before, up to the other. */
const firstDelay = 1;
const longestDelay = 300;

/**
 * Takes a pipeline that has succeeded and of which nobody has looked what it deploys, until the transaction ends; others
 * take other ones meanwhile.
 */
export async function nextPipeline(db: Queryable): Promise<Selectable<PipelinesTable> | undefined> {
  return await db
    .selectFrom("pipelines")
    .where("status", "=", "success")
    .where("deploy_checked_at", "is", null)
    .where(sql<boolean>`coalesce(deploy_retry_at <= now(), true)`)
    .orderBy("finished_at")
    .limit(1)
    .selectAll()
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** Takes a pipeline off the list, in the transaction that did what follows from it. */
export async function markChecked(db: Queryable, id: string): Promise<void> {
  await db.updateTable("pipelines").where("id", "=", id).set({ deploy_checked_at: sql<string>`now()` }).execute();
}

/** Puts a pipeline off after a failure. */
export async function putOff(
  db: Queryable,
  { id, deploy_failures }: Pick<Selectable<PipelinesTable>, "id" | "deploy_failures">,
): Promise<void> {
  const delay = Math.min(firstDelay * 2 ** deploy_failures, longestDelay);
  await db
    .updateTable("pipelines")
    .where("id", "=", id)
    .set({ deploy_failures: deploy_failures + 1 })
    .set({ deploy_retry_at: sql<string>`now() + make_interval(secs => ${delay})` })
    .execute();
}
