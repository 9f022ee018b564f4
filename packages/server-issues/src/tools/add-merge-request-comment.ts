import { mergeRequests } from "@platform-mcp/client";
import { defineTool, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { commentBody, number } from "../arguments.ts";

export const addMergeRequestComment = defineTool({
  name: "add_merge_request_comment",
  title: "Add merge request comment",
  description: "Comment on a merge request, in Markdown.",
  risk: "write",
  input: { number, body: commentBody },
  output: { number: z.int(), comment_id: z.string() },
  uses: [mergeRequests.createMergeRequestComment],
  async run({ api, project }, { number, body }) {
    const address = { project_id: project, number };
    const { id } = await api.call(mergeRequests.createMergeRequestComment, { ...address, body: { body } });
    return record({ number, comment_id: id });
  },
});
