import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const issues: ServerDefinition = {
  name: "platform-issues",
  summary: "issues and merge requests, their comments, reviews and merging",
  instructions:
    "Issues and merge requests of the project, each with numbers of its own. The way of a change: get_issue; push a branch; create_merge_request with `closes #N` in its body; get_merge_request, which says whether it can be merged and what to do if not; merge_merge_request. Bodies and comments are Markdown. Whom somebody is, a name, an id or `me` says.",
  tools,
};
