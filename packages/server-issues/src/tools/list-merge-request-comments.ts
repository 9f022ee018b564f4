import { mergeRequests } from "@platform-mcp/client";
import { bareArrayPage, defineTool, limit, offset, type Page } from "@platform-mcp/server-kit";
import * as z from "zod";
import { fromLine, number } from "../arguments.ts";
import { commentEntry, commentsOutput, entryPage } from "../comments.ts";
import { reviewEntry, reviewPage, reviewsOutput } from "../reviews.ts";

export const listMergeRequestComments = defineTool({
  name: "list_merge_request_comments",
  title: "List merge request comments",
  description: "Read the comments of a merge request, or its reviews, oldest first.",
  risk: "read",
  input: {
    number,
    reviews: z.boolean().default(false).describe("Reviews instead"),
    limit,
    offset,
    from_line: fromLine.describe("Of the first one shown"),
  },
  output: { comments: commentsOutput, reviews: reviewsOutput },
  uses: [mergeRequests.listMergeRequestComments, mergeRequests.listReviews],
  async run({ api, project }, { number, reviews, from_line = 1, ...page }) {
    const address = { project_id: project, number };
    const call = `list_merge_request_comments with number=${number}${reviews ? ", reviews=true" : ""}`;
    const shared = { offset: page.offset, firstLine: from_line, call };
    if (reviews) {
      const { items, hasMore } = await reviewPage(api, address, page);
      return entryPage({ of: "reviews", page: { items: items.map(reviewEntry), hasMore }, ...shared });
    }
    const get = (part: Page) => api.call(mergeRequests.listMergeRequestComments, { ...address, ...part });
    const { items, hasMore } = await bareArrayPage(get, page);
    return entryPage({ of: "comments", page: { items: items.map(commentEntry), hasMore }, ...shared });
  },
});
