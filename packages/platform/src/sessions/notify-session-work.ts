import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";

/**
 * Tells whoever runs sessions that one waits to be run or is to be stopped; once the transaction is committed, if in one.
 * Of what happens in it, only those who follow it are told, by its events.
 */
export async function notifySessionWork(db: Queryable, sessionId: string): Promise<void> {
  await notify(db, "session_work", sessionId);
}
