import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import { requireOnProject } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { recordedTip } from "../../git/refs/recorded-tip.ts";
import type { RefCommand } from "../../git/refs/update-refs.ts";
import type { Repository } from "../../git/repository.ts";
import { conflict, notFound } from "../../problem.ts";
import { type CompareBranches, compareBranches } from "../comparison/compare-branches.ts";
import { evaluate } from "../evaluate.ts";
import { lockMergeRequest, type MergeRequestRow } from "../queries.ts";
import { announceMerge } from "./announce-merge.ts";
import { makeCommit } from "./make-commit.ts";
import { type Mergeable, refuseDeletion, refuseMerge } from "./refuse-merge.ts";

/** What somebody wants to be merged. */
export interface MergeWish {
  readonly repository: Repository;
  readonly projectId: string;
  readonly number: number;
  readonly caller: Caller;
  readonly origin: { readonly ip: string | null; readonly requestId: string };
  readonly body: BodyOf<typeof mergeRequests.mergeMergeRequest>;
  /** Compares commits and leaves nothing in the repository. */
  readonly look: CompareBranches;
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
 * repository's lock and has recorded its refs, and is committed before the branches move: what is decided on, reviews
 * above all, is read in it, and that nothing has moved since, git itself checks when it carries out the commands.
 *
 * @param made what earlier attempts at the same wish wanted the target branch to get
 * @returns "landed" when one of these has landed after all; "moved" when the target branch is not what is recorded of
 * it: somebody has just moved it, perhaps by this very merge, and it must be recorded and decided on anew
 * @throws Problem
 */
export async function propose(
  db: Queryable,
  wish: MergeWish,
  made: ReadonlySet<string>,
): Promise<Proposal | "landed" | "moved"> {
  const { repository, caller, body } = wish;
  const project = await requireOnProject(db, caller, "project:write", wish.projectId);
  const mergeRequest = await lockMergeRequest(db, project.id, wish.number);
  if (mergeRequest === undefined) throw notFound("merge request");
  const { merge_commit_sha, source_branch } = mergeRequest;
  if (merge_commit_sha !== null && made.has(merge_commit_sha)) return "landed";
  if (mergeRequest.status === "merged") {
    throw conflict(`merge request ${wish.number} has been merged already, as ${merge_commit_sha}`);
  }
  if (mergeRequest.status === "closed") throw conflict(`merge request ${wish.number} is closed: reopen it first`);

  const view = { db, repository, project, caller, compare: comparingWith(wish.look) };
  const evaluation = await evaluate(view, mergeRequest);
  if (evaluation.target !== (await recordedTip(db, project.id, mergeRequest.target_branch))) return "moved";
  const mergeable = refuseMerge(mergeRequest, evaluation, body);
  if (body.delete_source_branch) refuseDeletion(project, caller, { source_branch, head: mergeable.head });
  const newSha = await commitOf(db, wish, mergeRequest, mergeable);
  return await announceMerge(db, wish, mergeRequest, { ...mergeable, newSha });
}

/** What conflicts is not stored, as it is not going to be merged: that would take much longer than to find it out. */
function comparingWith(look: CompareBranches): CompareBranches {
  return async (repository, target, head) => {
    const comparison = await look(repository, target, head);
    const { merged } = comparison;
    return merged !== undefined && "conflicts" in merged ? comparison : compareBranches(repository, target, head);
  };
}

/** What the target branch is to get. */
async function commitOf(
  db: Queryable,
  { repository, caller, body: { method, message } }: MergeWish,
  mergeRequest: MergeRequestRow,
  { head, target, tree }: Mergeable,
): Promise<string> {
  if (method === "fast_forward") return head;
  const author = await db
    .selectFrom("users")
    .where("id", "=", mergeRequest.author_id)
    .selectAll()
    .executeTakeFirstOrThrow();
  const commit = { method, mergeRequest, tree, target, head, message, author, merger: caller.user };
  return await makeCommit(repository, commit);
}
