import type { mergeRequests, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { diffCommits } from "../git/diff-commits.ts";
import { mergeBase } from "../git/merge-base.ts";
import { findObjects } from "../git/objects.ts";
import { branchTips } from "../git/refs/branch-tips.ts";
import type { Repository } from "../git/repository.ts";
import { notFound } from "../problem.ts";
import type { MergeRequestRow } from "./queries.ts";

/**
 * What a merge request changes since it left its target branch; of a merged or closed one, what it changed then.
 * @throws Problem 404 when neither branch nor commit is left to tell
 */
export async function diffMergeRequest(
  repository: Repository,
  mergeRequest: MergeRequestRow,
  { path, patch_limit }: QueryOf<typeof mergeRequests.getMergeRequestDiff>,
  signal: AbortSignal,
): Promise<ResponseOf<typeof mergeRequests.getMergeRequestDiff>> {
  const { head, target } = await endsOf(repository, mergeRequest, signal);
  const base = (await mergeBase(repository, [target, head], signal)) ?? target;
  const diff = await diffCommits(repository, base, head, { path, patchLimit: patch_limit, signal });
  return { base_sha: base, head_sha: head, ...diff };
}

async function endsOf(
  repository: Repository,
  { status, source_branch, target_branch, head_sha, base_sha }: MergeRequestRow,
  signal: AbortSignal,
): Promise<{ readonly head: string; readonly target: string }> {
  const [source, target] = await branchTips(repository, [source_branch, target_branch], signal);
  const head = status === "open" ? (source ?? head_sha) : head_sha;
  const from = status === "open" ? target : (base_sha ?? target);
  if (head === null || from === undefined) throw notFound("commit");
  const objects = await findObjects(repository, [head, from], signal);
  if (objects.includes(undefined)) throw notFound("commit");
  return { head, target: from };
}
