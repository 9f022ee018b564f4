import { mergeRequests, PlatformError } from "@platform-mcp/client";
import { AdvisedError, defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { body, number } from "../arguments.ts";

export const reviewMergeRequest = defineTool({
  name: "review_merge_request",
  title: "Review merge request",
  description:
    "Approve, ask for changes or comment. Holds for the commit reviewed, and is refused when the branch has moved.",
  risk: "write",
  input: {
    number,
    verdict: z.enum(["approve", "request_changes", "comment"]),
    head_sha: z.string().min(7).max(64).describe("The commit you looked at"),
    body: body.optional().describe("Markdown"),
  },
  output: { number: z.int(), verdict: z.string(), head_sha: z.string() },
  uses: [mergeRequests.createReview],
  async run({ api, project }, { number, verdict, head_sha, body }) {
    const review = await api
      .call(mergeRequests.createReview, { project_id: project, number, body: { verdict, body, commit_sha: head_sha } })
      .catch((error: unknown) => {
        throw error instanceof PlatformError && error.status === 409 && error.retryAfter === undefined
          ? new AdvisedError(
              error,
              `Look again: get_merge_request with number=${number} shows how it stands, get_merge_request_diff what it changes.`,
            )
          : error;
      });
    const answer = record({ number, verdict: review.verdict, head_sha: review.commit_sha });
    if (review.commit_sha) return answer;
    return [answer, note("This platform does not tie reviews to a commit: it counts for later ones too.")];
  },
});
