import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/** Forgets that a rule fired when that has been over for a quarter of a year. */
export async function removeOldEvents(db: Queryable): Promise<void> {
  await db.deleteFrom("alert_events").where("resolved_at", "<", sql<string>`now() - interval '90 days'`).execute();
}
