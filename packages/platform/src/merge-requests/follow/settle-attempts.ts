import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import { markMerged } from "./mark-merged.ts";

/** Marks as merged what the changes show to have been merged, whether or not the platform that did it still lives. */
export async function settleAttempts(db: Queryable, projectId: string, updates: readonly RefUpdate[]): Promise<void> {
  const pushIds = updates.flatMap(({ announced }) => announced?.push.id ?? []);
  if (pushIds.length === 0) return;
  const attempts = await db
    .selectFrom("merge_attempts")
    .where(sql<boolean>`push_id = any(${pushIds}::uuid[])`)
    .selectAll()
    .execute();
  for (const { push_id, mr_id, target_ref, head_sha, base_sha } of attempts) {
    const update = updates.find(({ ref, announced }) => ref === target_ref && announced?.push.id === push_id);
    if (update === undefined || update.newSha === null) continue;
    const commits = { headSha: head_sha, baseSha: base_sha, mergeCommitSha: update.newSha };
    await markMerged(db, { projectId, mergeRequestId: mr_id, commits, push: update.announced?.push });
  }
}
