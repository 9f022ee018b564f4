import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const core: ServerDefinition = {
  name: "platform-core",
  summary: "projects of the platform, and their code as the platform has it",
  instructions:
    "Projects on the platform and the code in their git repositories, at any branch, tag or commit, without a clone. Use it to look at what is pushed; use the work tree for what is not. `ref` defaults to the default branch.",
  tools,
};
