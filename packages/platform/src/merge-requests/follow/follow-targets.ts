import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { commitsBetween } from "../../git/commits-between.ts";
import { mergeBase } from "../../git/merge-base.ts";
import { findObjects } from "../../git/objects.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import type { Repository } from "../../git/repository.ts";
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
    const arrived = await arrivedHeads(repository, { from: oldSha, to: newSha }, wanted);
    for (const { id, head } of heads.filter((one) => arrived.has(one.head))) {
      const baseSha = await mergeBase(repository, [oldSha, head]);
      const commits = { headSha: head, baseSha, mergeCommitSha: newSha };
      await markMerged(db, { projectId, mergeRequestId: id, commits, push: announced?.push });
    }
  }
}

/** Which of the commits are in the history of `to` and not in that of `from`. */
async function arrivedHeads(
  repository: Repository,
  { from, to }: { readonly from: string; readonly to: string },
  wanted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const arrived = new Set<string>();
  // What was there long ago may have been removed since; then nobody can tell.
  const objects = await findObjects(repository, [from, to]);
  if (objects.includes(undefined)) return arrived;
  for await (const sha of commitsBetween(repository, from, to)) {
    if (wanted.has(sha)) arrived.add(sha);
    if (arrived.size === wanted.size) break;
  }
  return arrived;
}
