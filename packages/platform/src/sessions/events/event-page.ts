import type { sessions } from "@platform-mcp/client/contract";
import type { Queryable } from "../../db/queryable.ts";

/** Events, and characters of them, that are handed on at a time: little enough that slow readers cost no memory to speak of. */
const mostEvents = 25;
const mostCharacters = 200_000;

/** Some events of a session, and how it stood when they were read. */
export interface EventPage {
  /** As server-sent events; empty when nothing has happened since. */
  readonly bytes: Buffer;
  /** The number of the last of them, or the one that was asked for. */
  readonly position: number;
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
          .limit(mostEvents)
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
  let text = "";
  let position = after;
  for (const { number, kind, message, metadata, created_at } of rows) {
    if (number === null || kind === null || message === null || created_at === null) break;
    const event = format({ number, kind, message, metadata, created_at });
    if (text !== "" && text.length + event.length > mostCharacters) break;
    text += event;
    position = number;
  }
  const hasEnded = first.status !== "pending" && first.status !== "running";
  return { bytes: Buffer.from(text), position, last: first.last, hasEnded };
}

function format(event: sessions.SessionEvent): string {
  return `id: ${event.number}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
