import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const issues: ServerDefinition = {
  name: "platform-issues",
  summary: "issues and merge requests, their comments, reviews and merging",
  instructions:
    "Issues and merge requests of the project. Push a branch, then create_merge_request; get_merge_request says whether it can be merged and what is missing.",
  tools,
};
