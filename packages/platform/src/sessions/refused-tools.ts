import type { Permission, sessions } from "@platform-mcp/client/contract";
import * as z from "zod";
import table from "./refused-tools.json" with { type: "json" };

const tools: Readonly<Record<string, Readonly<Record<string, string[]>>>> = z
  .record(z.string(), z.record(z.string(), z.array(z.string())))
  .parse(table);

/**
 * The tools of an agent role that the platform refuses without a permission. The table is written by
 * `pnpm docs:generate` from what the tools of the role's servers call.
 */
export function refusedTools(role: sessions.AgentRole, permission: Permission): string[] {
  return tools[role]?.[permission] ?? [];
}
