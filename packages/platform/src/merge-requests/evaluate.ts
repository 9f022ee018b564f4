import type { mergeRequests } from "@platform-mcp/client/contract";
import type * as z from "zod";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { branchTips } from "../git/refs/branch-tips.ts";
import type { Repository } from "../git/repository.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { blockedBy } from "./blocked-by.ts";
import type { BranchComparison, CompareBranches } from "./comparison/compare-branches.ts";
import { type HeadPipeline, headPipeline } from "./head-pipeline.ts";
import type { MergeRequestRow } from "./queries.ts";
import { noReviews, type ReviewOutcome, reviewOutcome } from "./reviews/review-outcome.ts";

export type MergeStatus = z.output<typeof mergeRequests.mergeStatus>;

/** Where and for whom a merge request is looked at. */
export interface Viewpoint {
  readonly db: Queryable;
  readonly repository: Repository;
  readonly project: ActiveProject;
  readonly caller: Caller;
  readonly compare: CompareBranches;
}

/** How an open merge request stands at this moment. */
export interface Evaluation {
  readonly status: MergeStatus;
  /** The commits of its branches; undefined for one that is gone. */
  readonly head: string | undefined;
  readonly target: string | undefined;
  /** Undefined when a branch is gone. */
  readonly comparison: BranchComparison | undefined;
  readonly pipeline: HeadPipeline | null;
  readonly reviews: ReviewOutcome;
  readonly blockedBy: readonly string[];
}

/** Looks at an open merge request as git and the database have it now; in a transaction, as that sees it. */
export async function evaluate(view: Viewpoint, mergeRequest: MergeRequestRow): Promise<Evaluation> {
  const { db, repository, project, compare } = view;
  const [head, target] = await branchTips(repository, [mergeRequest.source_branch, mergeRequest.target_branch]);
  const pipeline = head === undefined ? null : await headPipeline(db, project.id, head);
  const reviews = head === undefined ? noReviews : await reviewOutcome(db, project, mergeRequest, head);
  if (head === undefined || target === undefined) {
    const status = head === undefined ? "source_missing" : "target_missing";
    return { status, head, target, comparison: undefined, pipeline, reviews, blockedBy: [] };
  }
  const comparison = await compare(repository, target, head);
  const blocked = blockedBy(view, mergeRequest, { head, comparison, pipeline, reviews });
  const status = statusOf(comparison, blocked);
  return { status, head, target, comparison, pipeline, reviews, blockedBy: blocked };
}

function statusOf({ ahead, merged }: BranchComparison, blocked: readonly string[]): MergeStatus {
  if (ahead === 0) return "up_to_date";
  if (merged !== undefined && "conflicts" in merged) return "conflicts";
  return blocked.length > 0 ? "blocked" : "mergeable";
}
