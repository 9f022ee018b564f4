import type { Queryable } from "../../db/queryable.ts";

/** What a session's agent has said last; null when it has said nothing. */
export async function lastTextOf(db: Queryable, sessionId: string): Promise<string | null> {
  const last = await db
    .selectFrom("session_events")
    .where("session_id", "=", sessionId)
    .where("kind", "=", "text")
    .orderBy("number", "desc")
    .select("message")
    .limit(1)
    .executeTakeFirst();
  return last?.message ?? null;
}
