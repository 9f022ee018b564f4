import { randomUUID } from "node:crypto";
import type { Queryable } from "../../db/queryable.ts";
import { announceRefChanges } from "../../git/refs/announce-ref-changes.ts";
import type { RefChange } from "../../git/refs/ref-change.ts";
import type { RefCommand } from "../../git/refs/update-refs.ts";
import type { MergeRequestRow } from "../queries.ts";
import type { MergeWish, Proposal } from "./propose.ts";
import type { Mergeable } from "./refuse-merge.ts";

/** Notes down what a merge is about to change, by whom, and which merge request it is of. */
export async function announceMerge(
  db: Queryable,
  { repository, projectId, caller, origin, body }: MergeWish,
  mergeRequest: MergeRequestRow,
  { head, target, baseSha, newSha }: Mergeable & { readonly newSha: string },
): Promise<Proposal> {
  const pushId = randomUUID();
  const merge = { ref: `refs/heads/${mergeRequest.target_branch}`, oldSha: target, newSha };
  const source = { ref: `refs/heads/${mergeRequest.source_branch}`, oldSha: head };
  const deletion = { ...source, newSha: null };
  await forgetTheSame(db, mergeRequest.id, merge);
  const changes = body.delete_source_branch ? [merge, deletion] : [merge];
  const { ip, requestId } = origin;
  await announceRefChanges(db, repository, { pushId, projectId, caller, action: "merge", ip, requestId, changes });
  await db
    .insertInto("merge_attempts")
    .values({
      push_id: pushId,
      mr_id: mergeRequest.id,
      target_ref: merge.ref,
      head_sha: head,
      base_sha: baseSha,
      merge_commit_sha: newSha,
      merged_by: caller.user.id,
    })
    .execute();
  // Deleted or left as it is: if the source is another by now, nothing is merged.
  const commands: readonly RefCommand[] = [merge, body.delete_source_branch ? deletion : source];
  return { pushId, newSha, commands };
}

/** An earlier attempt at just this change has not landed: when it is found, it is this attempt's. */
async function forgetTheSame(db: Queryable, mergeRequestId: string, { ref, oldSha, newSha }: RefChange): Promise<void> {
  const attempts = db.selectFrom("merge_attempts").where("mr_id", "=", mergeRequestId).select("push_id");
  await db
    .deleteFrom("announced_ref_updates")
    .where("push_id", "in", attempts)
    .where("ref", "=", ref)
    .where("old_sha", "=", oldSha)
    .where("new_sha", "=", newSha)
    .execute();
}
