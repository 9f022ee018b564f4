import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import { requireOnProject } from "../access/authorise.ts";
import { changeOf } from "../audit/change.ts";
import { mergeBase } from "../git/merge-base.ts";
import { branchTips } from "../git/refs/branch-tips.ts";
import { recordRefUpdates } from "../git/refs/record-ref-updates.ts";
import type { Repository } from "../git/repository.ts";
import { given } from "../given.ts";
import { triggerForMergeRequest } from "../pipelines/trigger/for-merge-request.ts";
import { conflict, notFound } from "../problem.ts";
import type { Writing } from "./create-merge-request.ts";
import { keepHeads } from "./keep-heads.ts";
import { lockMergeRequest, type MergeRequestRow } from "./queries.ts";
import { refuseSecond, requireBranches } from "./require-branches.ts";

type Changes = BodyOf<typeof mergeRequests.updateMergeRequest>;

/** Changes, closes or reopens a merge request, for its author or who may write to the project. @throws Problem */
export async function updateMergeRequest(writing: Writing, number: number, body: Changes): Promise<void> {
  const { db, caller, project, repository, audit } = writing;
  const touchesBranches = body.status !== undefined || body.target_branch !== undefined;
  // The repository's lock comes before that of the row.
  if (touchesBranches) await recordRefUpdates(db, repository, project.id);
  const before = await lockMergeRequest(db, project.id, number);
  if (before === undefined) throw notFound("merge request");
  if (before.author_id !== caller.user.id) await requireOnProject(db, caller, "project:write", project.id);
  const changes = { ...given(body), ...(touchesBranches && (await branchChanges(writing, before, body))) };
  const after =
    Object.keys(changes).length === 0
      ? before
      : await db
          .updateTable("merge_requests")
          .set(changes)
          .where("id", "=", before.id)
          .returningAll()
          .executeTakeFirstOrThrow();
  audit.record({ resource: "merge_request", id: before.id, ...changeOf(before, after) });
}

/** What else changes with the status or the target. */
async function branchChanges(
  { db, caller, project, repository }: Writing,
  before: MergeRequestRow,
  body: Changes,
): Promise<Partial<Pick<MergeRequestRow, "head_sha" | "base_sha">>> {
  const { id, number, source_branch } = before;
  if (before.status === "merged") throw conflict(`merge request ${number} has been merged, and stays so`);
  const status = body.status ?? before.status;
  const target_branch = body.target_branch ?? before.target_branch;
  if (status === "closed") {
    if (body.target_branch !== undefined) throw conflict(`merge request ${number} is closed: reopen it to change this`);
    return before.status === "closed" ? {} : await lastCommits(repository, before);
  }
  const isReopened = before.status === "closed";
  if (!isReopened && target_branch === before.target_branch) return {};
  const { head } = await requireBranches(repository, { source_branch, target_branch });
  await refuseSecond(db, project.id, { source_branch, target_branch });
  await keepHeads(repository, [{ number, sha: head }]);
  if (isReopened) {
    // It is open before its pipeline starts.
    await db.updateTable("merge_requests").set({ status }).where("id", "=", id).execute();
    const started = { repository, project, branch: source_branch, commitSha: head, triggeredBy: caller.user.id };
    await triggerForMergeRequest(db, { ...started, action: "reopened" });
  }
  return { head_sha: head, base_sha: null };
}

/** What a merge request that is closed was about, as far as its branches still tell. */
async function lastCommits(repository: Repository, { source_branch, target_branch, head_sha }: MergeRequestRow) {
  const [tip, target] = await branchTips(repository, [source_branch, target_branch]);
  const head = tip ?? head_sha;
  if (head === null || target === undefined) return { head_sha: head };
  return { head_sha: head, base_sha: (await mergeBase(repository, [target, head])) ?? target };
}
