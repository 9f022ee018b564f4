import { sql } from "kysely";
import type { Queryable } from "./queryable.ts";
import type { Channel } from "./wakeups.ts";

/** Tells every platform on the database about something; once the transaction is committed, if in one. */
export async function notify(db: Queryable, channel: Channel, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db);
}
