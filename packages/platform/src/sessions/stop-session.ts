import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { appendEvent } from "./append-event.ts";
import { endSession } from "./end-session.ts";
import { lockSession } from "./lock-session.ts";
import { notifySessionWork } from "./notify-session-work.ts";

interface StopRequest {
  /** Why, for whoever follows the session. */
  readonly message: string;
  /** Who asked for it. */
  readonly userId?: string;
}

/**
 * Stops a session: at once when nobody has begun with it; otherwise whoever looks after it has its work saved first and
 * ends it then. One that has ended, or is being stopped, stays as it is. In a transaction.
 */
export async function stopSession(db: Queryable, sessionId: string, request: StopRequest): Promise<void> {
  const session = await lockSession(db, sessionId);
  if (session === undefined || session.hasEnded) return;
  if (session.status === "pending" && session.claimed_by === null) {
    await endSession(db, sessionId, { status: "stopped", reason: "stopped", message: request.message });
    return;
  }
  if (session.stop_requested_at !== null) return;
  await db
    .updateTable("agent_sessions")
    .where("id", "=", sessionId)
    .set({ stop_requested_at: sql<string>`now()` })
    .execute();
  await appendEvent(db, sessionId, { kind: "milestone", ...request });
  await notifySessionWork(db, sessionId);
}
