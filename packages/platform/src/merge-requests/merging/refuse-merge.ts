import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import type { Caller } from "../../access/caller.ts";
import { refuseRefChange } from "../../git/refs/refuse-ref-change.ts";
import { conflict, Problem } from "../../problem.ts";
import type { ActiveProject } from "../../projects/queries.ts";
import type { Evaluation } from "../evaluate.ts";
import type { MergeRequestRow } from "../queries.ts";

/** The commits of a merge that nothing stands in the way of. */
export interface Mergeable {
  readonly head: string;
  readonly target: string;
  readonly baseSha: string;
  /** What the target branch is to hold. */
  readonly tree: string;
}

/** Refuses a merge that cannot or may not be made, saying what to do instead. @throws Problem 409 */
export function refuseMerge(
  { source_branch, target_branch }: MergeRequestRow,
  { head, target, comparison, blockedBy }: Evaluation,
  { method, expected_head_sha }: BodyOf<typeof mergeRequests.mergeMergeRequest>,
): Mergeable {
  if (head === undefined) {
    throw conflict(`the source branch ${source_branch} is gone: push it again, or close the merge request`);
  }
  if (target === undefined || comparison === undefined) {
    throw conflict(`the target branch ${target_branch} is gone: change the merge request's target`);
  }
  if (expected_head_sha !== undefined && expected_head_sha.toLowerCase() !== head) {
    throw conflict(`the head is ${head} by now, not ${expected_head_sha}: look at what has changed, then merge that`);
  }
  if (comparison.ahead === 0) {
    throw conflict(`${target_branch} has all of ${source_branch} already: there is nothing to merge`);
  }
  const { merged, baseSha } = comparison;
  if (merged !== undefined && "conflicts" in merged) {
    const message = `${source_branch} conflicts with ${target_branch}: merge ${target_branch} into it, resolve, and push`;
    throw new Problem(409, message, { conflicts: [...merged.conflicts] });
  }
  if (blockedBy.length > 0 || merged === undefined || baseSha === null) {
    throw conflict(`not to be merged yet: ${blockedBy.join("; ")}`);
  }
  if (method === "fast_forward" && comparison.behind > 0) {
    throw conflict(
      `${target_branch} cannot be fast-forwarded, as it has ${comparison.behind} commits that ${source_branch} has not: rebase it and push, or merge by method merge or squash`,
    );
  }
  return { head, target, baseSha, tree: merged.tree };
}

/** Refuses to delete the source branch where it could not be deleted by a push either. @throws Problem 409 */
export function refuseDeletion(
  project: ActiveProject,
  { user }: Caller,
  { source_branch, head }: { readonly source_branch: string; readonly head: string },
): void {
  const change = { ref: `refs/heads/${source_branch}`, oldSha: head, newSha: null, rewrites: true };
  const refusal = refuseRefChange(change, project, user);
  if (refusal !== undefined) {
    throw conflict(`${source_branch} cannot be deleted: ${refusal.reason}: merge without delete_source_branch`);
  }
}
