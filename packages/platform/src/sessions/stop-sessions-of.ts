import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { Database } from "../db/schema.ts";
import { stopSession } from "./stop-session.ts";

type Meant = (eb: ExpressionBuilder<Database, "agent_sessions">) => Expression<SqlBool>;

/** Stops the sessions that are meant and have not ended, nor are being stopped. Must be in a transaction. */
async function stopSessions(db: Queryable, meant: Meant, message: string): Promise<void> {
  const unfinished = await db
    .selectFrom("agent_sessions")
    .where("status", "in", ["pending", "running"])
    .where("stop_requested_at", "is", null)
    .where(meant)
    // In one order, so that no two wait for each other.
    .orderBy("id")
    .select("id")
    .execute();
  for (const { id } of unfinished) await stopSession(db, id, { message });
}

/** Stops whatever runs of a project that is being deleted. Must be in a transaction. */
export async function stopSessionsOfProject(db: Queryable, projectId: string): Promise<void> {
  await stopSessions(db, (eb) => eb("project_id", "=", projectId), "The project was deleted");
}

/** Stops what a user asked for, and of an agent its own session, before their access ends. Must be in a transaction. */
export async function stopSessionsOfUser(db: Queryable, userId: string): Promise<void> {
  const isTheirs: Meant = (eb) => eb.or([eb("user_id", "=", userId), eb("agent_user_id", "=", userId)]);
  await stopSessions(db, isTheirs, "Who asked for it, or its agent, was deactivated");
}

/**
 * Stops what nobody may want any more: sessions in deleted projects, and of users that are no longer active, among them
 * the sessions that an agent asked for whose own has ended. Whatever ended between two statements is found here.
 * Must be in a transaction.
 */
export async function stopUnwantedSessions(db: Queryable): Promise<void> {
  const inDeleted: Meant = (eb) => {
    const deleted = eb.selectFrom("projects").where("is_active", "=", false);
    return eb.exists(deleted.whereRef("projects.id", "=", "agent_sessions.project_id").select("projects.id"));
  };
  const ofInactive: Meant = (eb) => {
    const inactive = eb.selectFrom("users").where("is_active", "=", false);
    const isEither = sql<boolean>`users.id in (agent_sessions.user_id, agent_sessions.agent_user_id)`;
    return eb.exists(inactive.where(isEither).select("users.id"));
  };
  await stopSessions(db, inDeleted, "The project was deleted");
  await stopSessions(db, ofInactive, "Who asked for it, or its agent, was deactivated");
}
