import { issues } from "@platform-mcp/client";
import { defineTool, record, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { fromLine, number } from "../arguments.ts";
import { commentsOutput, lastComments } from "../comments.ts";
import { issueOutput, issueRow } from "../issue.ts";
import { bodyFrom } from "../long-text.ts";

export const getIssue = defineTool({
  name: "get_issue",
  title: "Get issue",
  description: "Read an issue: its state, its body, and its last comments.",
  risk: "read",
  input: { number, from_line: fromLine.describe("More of the body") },
  output: {
    ...issueOutput,
    created_at: z.string(),
    closed_at: z.string().nullable(),
    body_lines: z.string(),
    body: z.string(),
    last_comments: commentsOutput,
  },
  uses: [issues.getIssue, issues.listIssueComments],
  async run({ api, project }, { number, from_line }) {
    const address = { project_id: project, number };
    const issue = await api.call(issues.getIssue, address);
    const body = { call: `get_issue with number=${number}`, first: from_line ?? 1 };
    // Whoever asks for more of the body has seen the rest.
    if (from_line !== undefined) {
      return [record({ number: issue.number }), ...bodyFrom(issue.body, { ...body, more: false })];
    }
    const comments = await lastComments({
      get: (page) => api.call(issues.listIssueComments, { ...address, ...page }),
      count: issue.comment_count,
      call: `list_issue_comments with number=${number}`,
    });
    const about = { ...issueRow(issue), created_at: time(issue.created_at), closed_at: time(issue.closed_at) };
    return [record(about), ...bodyFrom(issue.body, { ...body, more: comments.length > 0 }), ...comments];
  },
});
