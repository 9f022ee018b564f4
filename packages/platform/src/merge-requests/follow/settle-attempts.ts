import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { MergeAttemptsTable } from "../../db/schema.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import type { Repository } from "../../git/repository.ts";
import { arrivedCommits } from "./arrived-commits.ts";
import { markMerged } from "./mark-merged.ts";

/** Marks as merged what the changes show to have been merged, whether or not the platform that did it still lives. */
export async function settleAttempts(
  db: Queryable,
  repository: Repository,
  projectId: string,
  updates: readonly RefUpdate[],
): Promise<void> {
  const attempts = await attemptsAt(db, projectId, updates);
  if (attempts.length === 0) return;
  for (const update of updates) {
    for (const attempt of await landed(repository, update, attempts)) {
      await markMerged(db, {
        projectId,
        mergeRequestId: attempt.mr_id,
        commits: {
          headSha: attempt.head_sha,
          baseSha: attempt.base_sha,
          mergeCommitSha: attempt.merge_commit_sha,
        },
        mergedBy: attempt.merged_by,
        push: update.announced?.push,
      });
    }
  }
}

type Attempt = Selectable<MergeAttemptsTable>;

async function attemptsAt(db: Queryable, projectId: string, updates: readonly RefUpdate[]): Promise<Attempt[]> {
  return await db
    .selectFrom("merge_attempts")
    .innerJoin("merge_requests", "merge_requests.id", "merge_attempts.mr_id")
    .where("merge_requests.project_id", "=", projectId)
    .where(sql<boolean>`target_ref = any(${updates.map(({ ref }) => ref)}::text[])`)
    .selectAll("merge_attempts")
    .execute();
}

/**
 * Those of the attempts that a change was. One that nobody announced, as when a backup was taken in the middle of it,
 * can have been several together: it was all whose commits it brought.
 */
async function landed(
  repository: Repository,
  { ref, oldSha, newSha, announced }: RefUpdate,
  attempts: readonly Attempt[],
): Promise<readonly Attempt[]> {
  const here = attempts.filter(({ target_ref }) => target_ref === ref);
  if (announced !== undefined) return here.filter(({ push_id }) => push_id === announced.push.id);
  if (here.length === 0 || oldSha === null || newSha === null) return [];
  const wanted = new Set(here.map(({ merge_commit_sha }) => merge_commit_sha));
  const arrived = await arrivedCommits(repository, { from: oldSha, to: newSha }, wanted);
  return here.filter(({ merge_commit_sha }) => arrived.has(merge_commit_sha));
}
