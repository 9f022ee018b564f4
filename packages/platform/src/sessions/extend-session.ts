import { sql } from "kysely";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { invalid } from "../problem.ts";
import { appendEvent } from "./append-event.ts";
import { setIdentityEnd } from "./identity-end.ts";
import { latestEnd } from "./latest-end.ts";
import type { LockedSession } from "./lock-session.ts";

const minute = 60_000;
/** Minutes after its start at which a session must end, however often it is extended. */
export const mostMinutes = 24 * 60;

/**
 * Gives a session at least so many minutes from now on; one that has not started yet, from its start on. It never gets
 * less. In a transaction that holds its row.
 * @throws Problem 400 when that is too much for a session, or for the credential by which it is asked for
 */
export async function extendSession(
  db: Queryable,
  caller: Caller,
  session: LockedSession,
  minutes: number,
): Promise<void> {
  const latest = latestEnd(caller);
  if (session.started_at === null) await deferDeadline(db, session, minutes, latest);
  else await moveDeadline(db, { ...session, started_at: session.started_at }, minutes, latest);
  await setIdentityEnd(db, session.id);
}

async function deferDeadline(
  db: Queryable,
  { id, expires_at }: LockedSession,
  minutes: number,
  latest: string | null,
): Promise<void> {
  const isLater = latest === null || (expires_at !== null && Date.parse(latest) > Date.parse(expires_at));
  await db
    .updateTable("agent_sessions")
    .where("id", "=", id)
    .set({
      deadline_minutes: sql<number>`greatest(deadline_minutes, ${minutes}::integer)`,
      ...(isLater && { expires_at: latest }),
    })
    .execute();
  await appendEvent(db, id, { kind: "milestone", message: `It gets ${minutes} minutes once it starts` });
}

async function moveDeadline(
  db: Queryable,
  { id, started_at }: LockedSession & { readonly started_at: string },
  minutes: number,
  latest: string | null,
): Promise<void> {
  const limits = [{ at: Date.parse(started_at) + mostMinutes * minute, cause: "a session ends within 24 hours" }];
  if (latest !== null) limits.push({ at: Date.parse(latest), cause: "the token used here expires" });
  for (const { at, cause } of limits) {
    if (Date.now() + minutes * minute <= at) continue;
    const left = Math.max(0, Math.floor((at - Date.now()) / minute));
    throw invalid("minutes", `must not be more than ${left}: ${cause}`);
  }
  const { expires_at } = await db
    .updateTable("agent_sessions")
    .where("id", "=", id)
    .set({ expires_at: sql<string>`greatest(expires_at, now() + make_interval(mins => ${minutes}))` })
    .returning("expires_at")
    .executeTakeFirstOrThrow();
  await appendEvent(db, id, { kind: "milestone", message: `It must end by ${expires_at}` });
}
