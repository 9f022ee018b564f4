import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { mergeBase } from "../../git/merge-base.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import type { Repository } from "../../git/repository.ts";
import { arrivedCommits } from "./arrived-commits.ts";
import { markMerged } from "./mark-merged.ts";

/** Marks as merged those open merge requests whose head a change has brought into their target branch, as a push can. */
export async function followTargets(
  db: Queryable,
  repository: Repository,
  projectId: string,
  updates: readonly RefUpdate[],
): Promise<void> {
  const targets = updates.map(({ ref }) => ref.slice("refs/heads/".length));
  const open = await db
    .selectFrom("merge_requests")
    .where("project_id", "=", projectId)
    .where("status", "=", "open")
    .where("head_sha", "is not", null)
    .where(sql<boolean>`target_branch = any(${targets}::text[])`)
    .select(["id", "target_branch", "head_sha"])
    .execute();
  for (const { ref, oldSha, newSha, announced } of updates) {
    const heads = open.flatMap(({ id, target_branch, head_sha }) =>
      head_sha !== null && ref === `refs/heads/${target_branch}` ? [{ id, head: head_sha }] : [],
    );
    if (heads.length === 0 || oldSha === null || newSha === null) continue;
    const wanted = new Set(heads.map(({ head }) => head));
    const arrived = await arrivedCommits(repository, { from: oldSha, to: newSha }, wanted);
    for (const { id, head } of heads.filter((one) => arrived.has(one.head))) {
      const baseSha = await mergeBase(repository, [oldSha, head]);
      const commits = { headSha: head, baseSha, mergeCommitSha: newSha };
      const push = announced?.push;
      await markMerged(db, { projectId, mergeRequestId: id, commits, mergedBy: push?.pusherId ?? null, push });
    }
  }
}
