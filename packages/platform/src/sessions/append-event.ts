import type { sessions } from "@platform-mcp/client/contract";
import { inChunks } from "../db/in-chunks.ts";
import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";
import { storable } from "../db/storable.ts";

/** Something that has happened in a session. Its texts may hold anything; what PostgreSQL cannot store is left out. */
export interface NewEvent {
  readonly kind: sessions.SessionEventKind;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Who said a message. */
  readonly userId?: string;
}

/**
 * Adds an event to a session, in a transaction: events are numbered in the order of their commits, which is why the
 * session's row stays locked until then. Gives its number. @throws when there is no such session
 */
export async function appendEvent(db: Queryable, sessionId: string, event: NewEvent): Promise<number> {
  return await appendEvents(db, sessionId, [event]);
}

/** Adds events in their order, like `appendEvent`; gives the number of the last. */
export async function appendEvents(db: Queryable, sessionId: string, events: readonly NewEvent[]): Promise<number> {
  const { last } = await db
    .updateTable("agent_sessions")
    .where("id", "=", sessionId)
    .set((row) => ({ last_event: row("last_event", "+", events.length) }))
    .returning("last_event as last")
    .executeTakeFirstOrThrow();
  const first = last - events.length + 1;
  const rows = events.map(({ kind, message, metadata, userId }, index) => ({
    session_id: sessionId,
    number: first + index,
    kind,
    message: storable(message),
    metadata: metadata === undefined ? null : JSON.stringify(storable(metadata)),
    user_id: userId ?? null,
  }));
  for (const chunk of inChunks(rows)) await db.insertInto("session_events").values(chunk).execute();
  if (events.length > 0) await notify(db, "sessions", sessionId);
  return last;
}
