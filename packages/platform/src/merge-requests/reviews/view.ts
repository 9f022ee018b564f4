import type { mergeRequests, ResponseOf } from "@platform-mcp/client/contract";
import type { MergeRequestRow } from "../queries.ts";
import type { NamedReview } from "./queries.ts";

/** A review as the API shows it. `head` is the merge request's commit now. */
export function reviewView(
  review: NamedReview,
  { target_branch }: Pick<MergeRequestRow, "target_branch">,
  head: string | null,
): ResponseOf<typeof mergeRequests.createReview> {
  return { ...review, outdated: review.commit_sha !== head || review.target_branch !== target_branch };
}
