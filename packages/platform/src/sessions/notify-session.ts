import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";

/** Tells that a session has changed or something has happened in it; once the transaction is committed, if in one. */
export async function notifySession(db: Queryable, sessionId: string): Promise<void> {
  await notify(db, "sessions", sessionId);
}
