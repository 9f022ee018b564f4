import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { LogState } from "../../pipelines/logs/follow-log.ts";
import { notFound } from "../../problem.ts";

interface SessionAddress {
  readonly projectId: string;
  readonly sessionId: string;
}

/** How the output of a session stands. @throws Problem 404 for one that the project does not have */
export async function findOutputState(db: Queryable, { projectId, sessionId }: SessionAddress): Promise<LogState> {
  const state = await db
    .selectFrom("agent_sessions")
    .where("id", "=", sessionId)
    .where("project_id", "=", projectId)
    .select("log_ref as ref")
    // A claim lasts until nothing of the session runs and its log is closed.
    .select(sql<boolean>`status not in ('pending', 'running') and claimed_by is null`.as("isComplete"))
    .executeTakeFirst();
  if (state === undefined) throw notFound("session");
  return state;
}
