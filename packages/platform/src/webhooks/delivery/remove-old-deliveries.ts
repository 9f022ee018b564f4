import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/** Forgets what was told to webhooks more than a week ago, whatever became of it. */
export async function removeOldDeliveries(db: Queryable): Promise<void> {
  await db
    .deleteFrom("webhook_deliveries")
    .where("created_at", "<", sql<string>`now() - interval '7 days'`)
    .where("claimed_by", "is", null)
    .execute();
}
