import type { auth, Endpoint, ResponseOf } from "@platform-mcp/client";
import { permissionsOf } from "../tools/catalogue.ts";
import type { Tool } from "../tools/tool.ts";

/** Whether this token may use a tool; null where the platform does not say what a token may do. */
export interface ToolPermission {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly missing: readonly string[] | null;
  /** What it misses concerns the whole platform, and this token is good for one project: it is refused, by design. */
  readonly bound?: true;
}

/**
 * What a tool needs, and what of it this token lacks. What is held on the server's project counts wherever the platform
 * asks on that project: endpoints that a query's `project_id` narrows are asked with it.
 * @param me what the platform says of the token; undefined where it could not be asked
 */
export function toolPermission(tool: Tool, me: ResponseOf<typeof auth.getMe> | undefined): ToolPermission {
  const permissions = permissionsOf(tool);
  const held = me?.permissions;
  if (held === undefined) return { name: tool.name, permissions, missing: null };
  const anywhere = new Set([...held.global, ...(held.project ?? [])]);
  const lacks = ({ permission, scope }: Endpoint) =>
    !(scope === "global" ? held.global.includes(permission) : anywhere.has(permission));
  const lacking = new Set<string>([
    ...tool.uses.filter(lacks).map(({ permission }) => permission),
    ...(tool.needs ?? []).filter((permission) => !held.global.includes(permission)),
  ]);
  const missing = permissions.filter((permission) => lacking.has(permission));
  const isBound =
    missing.length > 0 &&
    typeof me?.token?.project_id === "string" &&
    missing.every((permission) => anywhere.has(permission));
  return { name: tool.name, permissions, missing, ...(isBound && { bound: true }) };
}
