import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";

/** How many deliveries of one project are sent at the same time: slow receivers of one do not hold up all others. */
const mostOfProject = 4;

/**
 * Claims deliveries that are due: of each webhook one at a time, the one that has been due for longest, so that a
 * receiver gets what happens in its order as long as it takes it.
 */
export async function claimDeliveries(db: Queryable, claims: Claims, limit: number): Promise<readonly Claim[]> {
  const which = sql<boolean>`id in (
    with sending as materialized (
      select webhook_id, project_id from webhook_deliveries as sent join webhooks on webhooks.id = sent.webhook_id
      where sent.claimed_by is not null
    ), next as (
      select due.id, row_number() over (partition by hook.project_id order by due.next_attempt_at)
        + (select count(*) from sending where sending.project_id = hook.project_id) as nth
      from webhooks as hook
      join projects on projects.id = hook.project_id and projects.is_active
      cross join lateral (
        select waiting.id, next_attempt_at from webhook_deliveries as waiting
        where waiting.webhook_id = hook.id and waiting.status = 'pending' and next_attempt_at <= clock_timestamp()
          and (hook.active or waiting.event = 'test')
        order by next_attempt_at limit 1
      ) as due
      where hook.id not in (select webhook_id from sending)
    )
    select next.id from next where nth <= ${mostOfProject})`;
  return await claims.claim(db, { which, order: sql`next_attempt_at`, limit });
}
