import type { workloads } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { endWorkload } from "../../workloads/end-workload.ts";

/**
 * Ends the previews that should not be there: expired, of a branch that is gone, or has been merged into the default
 * branch and not pushed to since, or has become it; and all that runs for projects that are gone. It asks for what is,
 * not for what has happened: whatever was missed while nobody looked is found. Gives how many it has ended.
 */
export async function endUnwantedPreviews(db: Queryable): Promise<number> {
  await keepPushedPreviews(db);
  return await db.transaction().execute(async (transaction) => {
    const unwanted = await unwantedWorkloads(transaction);
    for (const { id, reason } of unwanted) await endWorkload(transaction, id, reason);
    return unwanted.length;
  });
}

/** A preview is kept for its time from the last push of its branch on, whether or not a pipeline came of that. */
async function keepPushedPreviews(db: Queryable): Promise<void> {
  await sql`
    with pushed as materialized (
      select id as pushed_id, last.recorded_at + make_interval(hours => ttl_hours) as until
      from workloads as w, lateral (
        select recorded_at from ref_updates
        where project_id = w.project_id and ref = 'refs/heads/' || w.branch and new_sha is not null
        order by id desc limit 1
      ) as last
      where kind = 'preview' and removal_reason is null
    )
    update workloads set expires_at = until from pushed where id = pushed_id and expires_at < until
  `.execute(db);
}

interface Unwanted {
  readonly id: string;
  readonly reason: workloads.WorkloadReason;
}

/**
 * Locks those that are unwanted. What is locked by somebody at the moment is left to the next time: what is known of it
 * may not be so any more. What somebody has changed between being found and being locked is judged by what it is then.
 */
async function unwantedWorkloads(db: Queryable): Promise<readonly Unwanted[]> {
  const found = await sql<{ readonly id: string }>`
    select workloads.id from workloads join (${judged}) as judged on judged.id = workloads.id
    order by workloads.id
    for no key update of workloads skip locked`.execute(db);
  const ids = found.rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const { rows } = await sql<Unwanted>`
    select id, reason from (${judged}) as judged where id = any(${ids}::uuid[]) order by id`.execute(db);
  return rows;
}

/** The unwanted ones, each with the reason. */
const judged = sql`
  select id, reason from (
    select w.id, case
      when not p.is_active then 'project_deleted'
      when w.kind <> 'preview' then null
      when tip.sha is null then 'branch_deleted'
      when w.branch = p.default_branch or exists (
        select from merge_requests as m
        where m.project_id = p.id and m.source_branch = w.branch and m.target_branch = p.default_branch
          and m.status = 'merged' and m.head_sha = tip.sha
      ) then 'merged'
      when w.expires_at <= now() then 'expired'
    end as reason
    from workloads as w
    join projects as p on p.id = w.project_id
    left join recorded_refs as tip on tip.project_id = p.id and tip.ref = 'refs/heads/' || w.branch
    where w.removal_reason is null
  ) as every where reason is not null`;
