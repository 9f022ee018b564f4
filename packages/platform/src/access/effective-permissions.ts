import { type Permission, permissions } from "@platform-mcp/client/contract";
import type { ProjectRow } from "../db/schema.ts";
import type { Caller } from "./caller.ts";

/** What of a project decides who may do what on it. */
export type ProjectFacts = Pick<ProjectRow, "id" | "owner_id" | "visibility">;

/** What an owner may do on their own project: everything but governing the platform. */
const ownerPermissions = permissions.filter((permission) => !permission.startsWith("admin:"));

/**
 * Every permission a caller has, on a project or (with null) on the platform as a whole: the granted ones, an owner's
 * and those of visibility, intersected with the token's scopes and bound to the token's project. The only place where
 * permissions are decided; it is pure, and a token can only ever take away.
 *
 * @param granted permissions from roles that hold everywhere, and from those that hold on this project
 */
export function effectivePermissions(
  caller: Caller,
  granted: ReadonlySet<Permission>,
  project: ProjectFacts | null,
): ReadonlySet<Permission> {
  const { user, token } = caller;
  if (token.project_id !== null && token.project_id !== project?.id) return new Set();
  const held = new Set(granted);
  if (project?.owner_id === user.id) for (const permission of ownerPermissions) held.add(permission);
  if (project !== null && project.visibility !== "private") held.add("project:read");
  if (token.scopes.length === 0 || token.scopes.includes("*")) return held;
  return new Set([...held].filter((permission) => token.scopes.includes(permission)));
}
