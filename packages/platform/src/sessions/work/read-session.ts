import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";

const wishes = [
  sql<boolean>`stop_requested_at is not null`.as("isStopped"),
  sql<boolean>`coalesce(expires_at <= now(), false)`.as("isOver"),
] as const;

/** A claimed session, as it is to be run. */
export type SessionWork = NonNullable<Awaited<ReturnType<typeof readSession>>>;

/** Reads what a claimed session needs; undefined when it is no longer this platform's, or has ended. */
export async function readSession(db: Queryable, claims: Claims, claim: Claim) {
  return await db
    .selectFrom(
      db
        .selectFrom("agent_sessions")
        .where(claims.held(claim))
        .where("status", "=", "running")
        .selectAll()
        .as("session"),
    )
    .innerJoin("projects as project", "project.id", "session.project_id")
    .innerJoin("users as owner", "owner.id", "project.owner_id")
    .innerJoin("users as agent", "agent.id", "session.agent_user_id")
    .select(["session.id", "project_id", "prompt", "branch", "role", "config", "image"])
    .select(["started_at", "output_cursor", "log_bytes", "turns", "default_branch"])
    .select(wishes)
    .select(["owner.name as owner_name", "project.name as project_name", "agent.name as agent_name"])
    .executeTakeFirst();
}

/** What is wanted of a session that is being looked after. */
export interface Wish {
  readonly id: string;
  readonly isStopped: boolean;
  /** Its time is over. */
  readonly isOver: boolean;
}

/** Looks what is wanted of sessions at the moment, by the database's clock. */
export async function readWishes(db: Queryable, ids: readonly string[]): Promise<readonly Wish[]> {
  return await db
    .selectFrom("agent_sessions")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .select("id")
    .select(wishes)
    .execute();
}
