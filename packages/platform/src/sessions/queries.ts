import type { QueryOf, sessions } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";

/** Characters of a prompt that a list shows. */
const promptInLists = 200;

const shown = [
  "agent_sessions.id",
  "project_id",
  "user_id",
  "requester.name as user_name",
  "status",
  "branch",
  "pod_name",
  "provider",
  "cost_tokens",
  "agent_sessions.created_at",
  "finished_at",
  "started_at",
  "role",
  "image",
  "agent_user_id",
  "reason",
  "message",
  "exit_code",
  "turns",
  "cost_usd",
  "commit_sha",
] as const;

/** Sessions of a project as the API shows them. */
function sessionsOf(db: Queryable, projectId: string) {
  return (
    db
      .selectFrom("agent_sessions")
      .innerJoin("users as requester", "requester.id", "agent_sessions.user_id")
      .where("agent_sessions.project_id", "=", projectId)
      .select(shown)
      // Before it starts, it has no more than a limit to its end.
      .select(sql<string | null>`case when started_at is not null then expires_at end`.as("expires_at"))
  );
}

/** A page of a project's sessions, the newest first, and how many there are in all. */
export async function listSessions(db: Queryable, projectId: string, filter: QueryOf<typeof sessions.listSessions>) {
  let query = sessionsOf(db, projectId);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  const items = await query
    .select(sql<string>`left(prompt, ${promptInLists})`.as("prompt"))
    .orderBy("agent_sessions.created_at", "desc")
    .orderBy("agent_sessions.id")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return { items, total };
}

/** A session of a project as the API shows it. @throws Problem 404 */
export async function requireSession(db: Queryable, projectId: string, id: string): Promise<sessions.Session> {
  const session = await sessionsOf(db, projectId)
    .where("agent_sessions.id", "=", id)
    .select("prompt")
    .executeTakeFirst();
  if (session === undefined) throw notFound("session");
  return session;
}
