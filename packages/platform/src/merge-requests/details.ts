import type { mergeRequests, ResponseOf } from "@platform-mcp/client/contract";
import { previewUrl } from "../previews/queries.ts";
import { type Evaluation, evaluate, type Viewpoint } from "./evaluate.ts";
import { headPipeline } from "./head-pipeline.ts";
import type { NamedMergeRequest } from "./queries.ts";
import { noReviews, reviewOutcome } from "./reviews/review-outcome.ts";

type Details = ResponseOf<typeof mergeRequests.getMergeRequest>;

/** A merge request as the API shows it by itself: with what its branches, pipeline and reviews say now. */
export async function mergeRequestDetails(view: Viewpoint, mergeRequest: NamedMergeRequest): Promise<Details> {
  const { db, project } = view;
  if (mergeRequest.status === "open") {
    const preview_url = await previewUrl(db, project.id, mergeRequest.source_branch);
    return { ...mergeRequest, ...ofOpen(await evaluate(view, mergeRequest)), preview_url };
  }
  const { head_sha } = mergeRequest;
  const reviews = head_sha === null ? noReviews : await reviewOutcome(db, project, mergeRequest, head_sha);
  return {
    ...mergeRequest,
    merge_status: null,
    pipeline: head_sha === null ? null : await headPipeline(db, project.id, head_sha),
    approvals: reviews.approvals,
    changes_requested: reviews.changesRequestedBy.length,
    preview_url: null,
  };
}

function ofOpen({ status, head, comparison, pipeline, reviews, blockedBy }: Evaluation) {
  const merged = comparison?.merged;
  return {
    // One whose branch is gone keeps what it was last recorded at.
    ...(head !== undefined && { head_sha: head }),
    merge_status: status,
    ...(merged !== undefined && "conflicts" in merged && { conflicts: [...merged.conflicts] }),
    blocked_by: [...blockedBy],
    ahead_by: comparison?.ahead ?? null,
    behind_by: comparison?.behind ?? null,
    pipeline,
    approvals: reviews.approvals,
    changes_requested: reviews.changesRequestedBy.length,
  };
}
