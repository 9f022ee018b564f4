import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const admin: ServerDefinition = {
  name: "platform-admin",
  summary: "users, roles, delegations, the platform's settings and its audit log",
  instructions: "Who may do what on the platform, its settings, and who changed them.",
  tools,
};
