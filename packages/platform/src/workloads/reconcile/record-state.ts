import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import { tellDeployed } from "../tell-webhooks.ts";
import type { Next } from "./next-state.ts";
import type { Work } from "./read-work.ts";

interface Held {
  readonly claims: Claims;
  readonly claim: Claim;
}

interface Recorded {
  readonly next: Next;
  /** The commit of the ops repo that was applied; undefined when nothing was. */
  readonly sha?: string | null | undefined;
  /** Whether the claim is given up with it. */
  readonly isReleased: boolean;
}

/**
 * Records what came of a look at a workload, and gives the row as it is then. Undefined when the claim is not held any
 * more, or something else is wanted by now: then nothing is recorded.
 */
export async function recordState(
  db: Queryable,
  held: Held,
  work: Work,
  recorded: Recorded,
): Promise<WorkloadRow | undefined> {
  const { next } = recorded;
  const { history } = next;
  if (history === null) return await update(db, held, work, recorded);
  return await db.transaction().execute(async (transaction) => {
    const row = await (next.isRemoved ? remove(transaction, held, work) : update(transaction, held, work, recorded));
    if (row !== undefined) await addHistory(transaction, work, { ...recorded, history });
    return row;
  });
}

async function update(
  db: Queryable,
  { claims, claim }: Held,
  { row }: Work,
  { next, sha, isReleased }: Recorded,
): Promise<WorkloadRow | undefined> {
  const { status, nextAttemptAt, lookIn, history } = next;
  return await db
    .updateTable("workloads")
    .where(claims.held(claim))
    .where("generation", "=", row.generation)
    .set({
      ...{ current_status: status, observed_generation: row.generation, url: next.url },
      ...{ reason: next.reason, message: next.message, failures: next.failures, stalled: next.stalled },
      ...(history?.status === "success" && { reached_generation: row.generation }),
      ...(history?.status === "success" && status === "healthy" && { deployed_at: sql<string>`now()` }),
      ...(sha !== undefined && { current_sha: sha }),
      ...((next.isNew || status !== row.current_status) && { last_transition_at: sql<string>`now()` }),
      next_attempt_at: nextAttemptAt === null ? null : sql<string>`to_timestamp(${nextAttemptAt / 1000})`,
      reconcile_at: sql<string>`now() + make_interval(secs => ${lookIn / 1000})`,
      ...(isReleased && { claimed_by: null, claim_expires_at: null, status: "pending" as const }),
    })
    .returningAll()
    .executeTakeFirst();
}

async function remove(db: Queryable, { claims, claim }: Held, { row }: Work): Promise<WorkloadRow | undefined> {
  return await db
    .deleteFrom("workloads")
    .where(claims.held(claim))
    .where("generation", "=", row.generation)
    .returningAll()
    .executeTakeFirst();
}

async function addHistory(
  db: Queryable,
  { row, known }: Work,
  { history, sha }: { readonly history: NonNullable<Next["history"]>; readonly sha?: string | null | undefined },
): Promise<void> {
  const { project_id, kind, environment, branch, branch_slug, generation, image_ref, deployed_by } = row;
  const { ops_repo_id, manifest_path, commit_sha, values_override } = row;
  const action = known.goal === "active" ? row.action : "stop";
  await db
    .insertInto("workload_history")
    .values({
      ...{
        workload_id: row.id,
        project_id,
        kind,
        environment,
        branch,
        branch_slug,
        generation,
        image_ref,
        deployed_by,
      },
      ...{ ops_repo_id, manifest_path, commit_sha, status: history.status, message: history.message },
      action,
      reason: history.reason ?? (known.goal === "removed" ? row.removal_reason : null),
      values_override: values_override === null ? null : JSON.stringify(values_override),
      ops_repo_sha: sha ?? row.current_sha,
    })
    .execute();
  if (history.status === "success") await tellDeployed(db, row, action);
}
