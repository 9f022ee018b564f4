import { issues } from "@platform-mcp/client";
import { defineTool, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { commentBody, number } from "../arguments.ts";

export const addIssueComment = defineTool({
  name: "add_issue_comment",
  title: "Add issue comment",
  description: "Comment on an issue, in Markdown.",
  risk: "write",
  input: { number, body: commentBody },
  output: { number: z.int(), comment_id: z.string() },
  uses: [issues.createIssueComment],
  async run({ api, project }, { number, body }) {
    const { id } = await api.call(issues.createIssueComment, { project_id: project, number, body: { body } });
    return record({ number, comment_id: id });
  },
});
