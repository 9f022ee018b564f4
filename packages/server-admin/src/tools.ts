import type { Tool } from "@platform-mcp/server-kit";

/** The tools of platform-admin, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [];
