import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/**
 * A user, and if it is an agent all for whom it acts or ever acted: those who delegate to it, and where these are agents,
 * those who delegate to them.
 */
async function principals(db: Queryable, userId: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    with recursive acting (id) as (
      select ${userId}::uuid
      union
      select d.delegator_id from acting
      join users on users.id = acting.id and users.user_type = 'agent'
      join delegations d on d.delegate_id = acting.id
    )
    select id from acting
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** Whether two users are one and the same, or agents that act for the same person or for each other. */
export async function areOfOneInterest(db: Queryable, one: string, other: string): Promise<boolean> {
  const [ofOne, ofOther] = [await principals(db, one), await principals(db, other)];
  return [...ofOne].some((id) => ofOther.has(id));
}
