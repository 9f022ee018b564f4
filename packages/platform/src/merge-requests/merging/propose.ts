import { randomUUID } from "node:crypto";
import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import { requireOnProject } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { UserRow } from "../../db/schema.ts";
import { announceRefChanges } from "../../git/refs/announce-ref-changes.ts";
import type { RefChange } from "../../git/refs/ref-change.ts";
import type { RefCommand } from "../../git/refs/update-refs.ts";
import type { Repository } from "../../git/repository.ts";
import { conflict, notFound } from "../../problem.ts";
import { compareBranches } from "../comparison/compare-branches.ts";
import { evaluate } from "../evaluate.ts";
import { lockMergeRequest } from "../queries.ts";
import { makeCommit } from "./make-commit.ts";
import { refuseDeletion, refuseMerge } from "./refuse-merge.ts";

/** What somebody wants to be merged. */
export interface MergeWish {
  readonly repository: Repository;
  readonly projectId: string;
  readonly number: number;
  readonly caller: Caller;
  readonly origin: { readonly ip: string | null; readonly requestId: string };
  readonly body: BodyOf<typeof mergeRequests.mergeMergeRequest>;
}

/** A merge that may be made, and is announced: only its branches must be moved now. */
export interface Proposal {
  /** The id under which it is announced. */
  readonly pushId: string;
  /** What the target branch gets. */
  readonly newSha: string;
  readonly commands: readonly RefCommand[];
}

/**
 * Decides whether a merge may be made, makes its commit and announces it. Must be in a transaction that holds the
 * repository's lock, and is committed before the branches move: what is decided on, reviews above all, is read in it, and
 * that nothing has moved since, git itself checks when it carries out the commands.
 *
 * @param made what earlier attempts at the same wish wanted the target branch to get
 * @returns undefined when one of these has landed after all
 * @throws Problem
 */
export async function propose(
  db: Queryable,
  wish: MergeWish,
  made: ReadonlySet<string>,
): Promise<Proposal | undefined> {
  const { repository, caller, body } = wish;
  const project = await requireOnProject(db, caller, "project:write", wish.projectId);
  const mergeRequest = await lockMergeRequest(db, project.id, wish.number);
  if (mergeRequest === undefined) throw notFound("merge request");
  const { merge_commit_sha, source_branch, target_branch } = mergeRequest;
  if (merge_commit_sha !== null && made.has(merge_commit_sha)) return undefined;
  if (mergeRequest.status === "merged") {
    throw conflict(`merge request ${wish.number} has been merged already, as ${merge_commit_sha}`);
  }
  if (mergeRequest.status === "closed") throw conflict(`merge request ${wish.number} is closed: reopen it first`);

  const view = { db, repository, project, caller, compare: compareBranches };
  const evaluation = await evaluate(view, mergeRequest);
  const { head, target, baseSha, tree } = refuseMerge(mergeRequest, evaluation, body);
  if (body.delete_source_branch) refuseDeletion(project, caller, { source_branch, head });
  const newSha =
    body.method === "fast_forward"
      ? head
      : await makeCommit(repository, {
          method: body.method,
          mergeRequest,
          tree,
          target,
          head,
          message: body.message,
          author: await userOf(db, mergeRequest.author_id),
          merger: caller.user,
        });
  const [targetRef, sourceRef] = [`refs/heads/${target_branch}`, `refs/heads/${source_branch}`];
  const pushId = randomUUID();
  await forgetTheSame(db, mergeRequest.id, { ref: targetRef, oldSha: target, newSha });
  await announceRefChanges(db, repository, {
    pushId,
    projectId: project.id,
    caller,
    action: "merge",
    ip: wish.origin.ip,
    requestId: wish.origin.requestId,
    changes: [
      { ref: targetRef, oldSha: target, newSha },
      ...(body.delete_source_branch ? [{ ref: sourceRef, oldSha: head, newSha: null }] : []),
    ],
  });
  await db
    .insertInto("merge_attempts")
    .values({ push_id: pushId, mr_id: mergeRequest.id, target_ref: targetRef, head_sha: head, base_sha: baseSha })
    .execute();
  return {
    pushId,
    newSha,
    commands: [
      { ref: targetRef, oldSha: target, newSha },
      // Deleted, or left as it is: but if it is another by now, nothing is merged.
      { ref: sourceRef, oldSha: head, ...(body.delete_source_branch && { newSha: null }) },
    ],
  };
}

async function userOf(db: Queryable, id: string): Promise<UserRow> {
  return await db.selectFrom("users").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
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
