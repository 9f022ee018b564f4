import type { ResponseOf, sessions } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";

type Message = ResponseOf<typeof sessions.getSession>["messages"][number];

/** Who speaks in an event; in all others, it is the platform. */
const speakers: Readonly<Partial<Record<sessions.SessionEventKind, Message["role"]>>> = {
  message: "user",
  text: "assistant",
  completed: "assistant",
  tool_call: "tool",
  tool_result: "tool",
};

/** How many messages a session shows beside itself; the events have them all. */
const mostMessages = 100;

/** The first of what was said in a session. */
export async function listMessages(db: Queryable, sessionId: string): Promise<Message[]> {
  const events = await db
    .selectFrom("session_events")
    .where("session_id", "=", sessionId)
    .orderBy("number")
    .limit(mostMessages)
    .select(["id", "kind", "message as content", "metadata", "created_at"])
    .execute();
  return events.map(({ kind, ...event }) => ({ ...event, role: speakers[kind] ?? "system" }));
}
