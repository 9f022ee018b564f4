import { mergeRequests } from "@platform-mcp/client";
import { defineTool, ifOffered, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { fromLine, number } from "../arguments.ts";
import { commentsOutput, lastComments } from "../comments.ts";
import { bodyFrom } from "../long-text.ts";
import { detailsOutput, mergeRequestFields } from "../merge-request.ts";
import { nextStep } from "../next-step.ts";
import { lastReviews, reviewsOutput } from "../reviews.ts";

export const getMergeRequest = defineTool({
  name: "get_merge_request",
  title: "Get merge request",
  description:
    "Read a merge request: whether it can be merged and what to do if not, its pipeline, body, last reviews and comments.",
  risk: "read",
  input: { number, from_line: fromLine.describe("More of the body") },
  output: {
    ...detailsOutput,
    body_lines: z.string(),
    body: z.string(),
    last_reviews: reviewsOutput,
    last_comments: commentsOutput,
  },
  uses: [mergeRequests.getMergeRequest, mergeRequests.listReviews, mergeRequests.listMergeRequestComments],
  async run({ api, project }, { number, from_line }) {
    const address = { project_id: project, number };
    const request = await api.call(mergeRequests.getMergeRequest, address);
    const body = { call: `get_merge_request with number=${number}`, first: from_line ?? 1 };
    // Whoever asks for more of the body has seen the rest.
    if (from_line !== undefined) {
      return [record({ number: request.number }), ...bodyFrom(request.body, { ...body, more: false })];
    }
    const [reviews, comments] = await Promise.all([
      ifOffered(api, lastReviews(api, address)),
      lastComments({
        get: (page) => api.call(mergeRequests.listMergeRequestComments, { ...address, ...page }),
        count: request.comment_count,
        call: `list_merge_request_comments with number=${number}`,
      }),
    ]);
    const below = [...(reviews ?? []), ...comments];
    return [
      record(mergeRequestFields(request)),
      note(`${nextStep(request)}${reviews === undefined ? " This platform does not offer reviews." : ""}`),
      ...bodyFrom(request.body, { ...body, more: below.length > 0 }),
      ...below,
    ];
  },
});
