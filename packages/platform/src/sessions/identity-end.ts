import { sql } from "kysely";
import { holdingEndsAt } from "../access/holding-ends.ts";
import type { Queryable } from "../db/queryable.ts";
import { findProject } from "../projects/queries.ts";
import { requireUser } from "../users/queries.ts";

/** Minutes for which an agent's identity outlives its session's deadline, so that its work can still be pushed. */
export const savingMinutes = 10;

/** An agent's own token, beside those that it may have made itself, by its name. */
export function tokenName(sessionId: string): string {
  return `agent-session-${sessionId}`;
}

/**
 * Lets an agent's token and what it was lent end with its session, whose deadline has just been set or moved, or for one
 * that has not started would be if it started now. What is only lent to whoever asked for the session ends no later
 * than that loan. In a transaction that holds the session's row. Gives the token's end.
 */
export async function setIdentityEnd(db: Queryable, sessionId: string): Promise<string> {
  const session = await db
    .selectFrom("agent_sessions")
    .where("id", "=", sessionId)
    .select(["user_id", "agent_user_id", "project_id"])
    .select(
      sql<string>`case when started_at is null
        then least(expires_at, now() + make_interval(mins => deadline_minutes)) else expires_at end
        + make_interval(mins => ${savingMinutes})`.as("end"),
    )
    .executeTakeFirstOrThrow();
  const requester = await requireUser(db, session.user_id);
  const project = await findProject(db, session.project_id);
  const loans = await db
    .selectFrom("delegations")
    .innerJoin("permissions", "permissions.id", "delegations.permission_id")
    .where("delegate_id", "=", session.agent_user_id)
    .where("delegator_id", "=", session.user_id)
    .where("revoked_at", "is", null)
    .select(["delegations.id", "permissions.name as permission", "delegations.project_id"])
    .execute();
  for (const { id, permission, project_id } of loans) {
    // A project that was deleted meanwhile makes every loan on it worthless.
    const place = project_id === null ? null : project;
    const limit = place === undefined ? null : await holdingEndsAt(db, requester, permission, place);
    await db
      .updateTable("delegations")
      .set({ expires_at: sql<string>`least(${session.end}::timestamptz, ${limit}::timestamptz)` })
      .where("id", "=", id)
      .execute();
  }
  await db
    .updateTable("api_tokens")
    .set({ expires_at: session.end })
    .where("user_id", "=", session.agent_user_id)
    .where("name", "=", tokenName(sessionId))
    .execute();
  return session.end;
}
