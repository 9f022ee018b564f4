import { issues } from "@platform-mcp/client";
import { bareArrayPage, defineTool, limit, offset, type Page } from "@platform-mcp/server-kit";
import { fromLine, number } from "../arguments.ts";
import { commentEntry, commentsOutput, entryPage } from "../comments.ts";

export const listIssueComments = defineTool({
  name: "list_issue_comments",
  title: "List issue comments",
  description: "Read the comments of an issue, oldest first.",
  risk: "read",
  input: { number, limit, offset, from_line: fromLine.describe("Of the first one shown") },
  output: { comments: commentsOutput },
  uses: [issues.listIssueComments],
  async run({ api, project }, { number, from_line = 1, ...page }) {
    const get = (part: Page) => api.call(issues.listIssueComments, { project_id: project, number, ...part });
    const { items, hasMore } = await bareArrayPage(get, page);
    return entryPage({
      of: "comments",
      page: { items: items.map(commentEntry), hasMore },
      offset: page.offset,
      firstLine: from_line,
      call: `list_issue_comments with number=${number}`,
    });
  },
});
