import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";

/**
 * Claims up to so many sessions that wait: always the oldest one of a project of which the fewest run, so that nobody
 * waits for all the sessions of somebody else.
 */
export async function claimSessions(db: Queryable, claims: Claims, limit: number): Promise<readonly Claim[]> {
  const running = sql`(select count(*) from agent_sessions as other
    where other.claimed_by is not null and other.project_id = agent_sessions.project_id)`;
  const next = {
    which: sql<boolean>`(not_before is null or not_before <= now())`,
    order: sql`${running}, created_at, id`,
    limit: 1,
  };
  const claimed: Claim[] = [];
  while (claimed.length < limit) {
    const [claim] = await claims.claim(db, next);
    if (claim === undefined) break;
    claimed.push(claim);
  }
  return claimed;
}
