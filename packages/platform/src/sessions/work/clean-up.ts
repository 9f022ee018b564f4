import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RunReference } from "../../runtime/runtime.ts";
import { endAccess } from "../../users/end-access.ts";
import { stopUnwantedSessions } from "../stop-sessions-of.ts";

/**
 * Puts right what should not be, however it came about: sessions that nobody may want any more are stopped, and no agent
 * can do anything whose session has ended.
 */
export async function cleanUpSessions(db: Queryable): Promise<void> {
  await db.transaction().execute(stopUnwantedSessions);
  // By what must not be left, of which there is little: in time there are many sessions that have ended.
  const hasEnded = sql`exists (
    select from agent_sessions where agent_user_id = users.id and status not in ('pending', 'running'))`;
  const { rows } = await sql<{ id: string }>`
    select id from users where user_type = 'agent' and is_active and ${hasEnded}
    union
    select users.id from api_tokens join users on users.id = user_id where user_type = 'agent' and ${hasEnded}`.execute(
    db,
  );
  for (const { id } of rows) await db.transaction().execute((transaction) => endAccess(transaction, id));
  // An agent asks for a token at each launch; one that it has made for itself may end earlier.
  await sql`
    delete from api_tokens using users
    where users.id = user_id and user_type = 'agent' and expires_at < now()`.execute(db);
}

/** Whether what a runtime runs is looked after, or soon is by whoever finds its claim abandoned. */
export async function isWanted(db: Queryable, run: RunReference): Promise<boolean> {
  const { rows } = await sql`select from ${source(run)}`.execute(db);
  return rows.length > 0;
}

function source(run: RunReference): RawBuilder<SqlBool> {
  return run.kind === "step"
    ? sql`pipeline_steps where id = ${run.stepId} and attempt = ${run.attempt} and claimed_by is not null`
    : sql`agent_sessions where id = ${run.sessionId} and status = 'running' and claimed_by is not null`;
}
