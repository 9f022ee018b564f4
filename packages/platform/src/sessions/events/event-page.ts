import type { sessions } from "@platform-mcp/client/contract";
import type { Queryable } from "../../db/queryable.ts";

/** Events that are read at a time: few enough that a reader who is slow to take them costs no memory to speak of. */
const pageSize = 25;

/** Some events of a session, and how it stood when they were read. */
export interface EventPage {
  readonly events: readonly sessions.SessionEvent[];
  /** The number of the last event that there was. */
  readonly last: number;
  /** Nothing happens in a session that has ended. */
  readonly hasEnded: boolean;
}

/** The events after the one with a number; undefined when there is no such session. */
export async function readEventPage(db: Queryable, sessionId: string, after: number): Promise<EventPage | undefined> {
  // One statement, so that all of it is as of one moment.
  const rows = await db
    .selectFrom("agent_sessions as session")
    .leftJoinLateral(
      (query) =>
        query
          .selectFrom("session_events")
          .whereRef("session_id", "=", "session.id")
          .where("number", ">", after)
          .orderBy("number")
          .limit(pageSize)
          .select(["number", "kind", "message", "metadata", "created_at"])
          .as("event"),
      (join) => join.onTrue(),
    )
    .where("session.id", "=", sessionId)
    .orderBy("event.number")
    .select(["session.status", "session.last_event as last"])
    .select(["event.number", "event.kind", "event.message", "event.metadata", "event.created_at"])
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  const events = rows.flatMap(({ number, kind, message, metadata, created_at }) =>
    number === null || kind === null || message === null || created_at === null
      ? []
      : [{ number, kind, message, metadata, created_at }],
  );
  return { events, last: first.last, hasEnded: first.status !== "pending" && first.status !== "running" };
}
