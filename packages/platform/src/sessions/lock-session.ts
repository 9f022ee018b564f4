import { type Selectable, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { AgentSessionsTable } from "../db/schema.ts";

export interface LockedSession extends Selectable<AgentSessionsTable> {
  readonly hasEnded: boolean;
  /** Its time is over, for which it is being ended. */
  readonly isOver: boolean;
}

/** A session's row, which nobody else changes until the transaction ends; undefined when there is none. */
export async function lockSession(db: Queryable, sessionId: string): Promise<LockedSession | undefined> {
  return await db
    .selectFrom("agent_sessions")
    .where("id", "=", sessionId)
    .selectAll()
    .select(sql<boolean>`status not in ('pending', 'running')`.as("hasEnded"))
    .select(sql<boolean>`coalesce(started_at is not null and expires_at <= now(), false)`.as("isOver"))
    .forUpdate()
    .executeTakeFirst();
}
