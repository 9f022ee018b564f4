import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { loanEndsAt } from "./delegation-queries.ts";
import { effectivePermissions, type ProjectFacts } from "./effective-permissions.ts";
import { loadGrants } from "./grants.ts";

/**
 * When what a user holds on a project, or with null on the platform as a whole, ends because it is only lent to them;
 * null when it does not. What is lent can be lent on, but not for longer.
 */
export async function holdingEndsAt(
  db: Queryable,
  user: UserRow,
  permission: Permission,
  project: ProjectFacts | null,
): Promise<string | null> {
  const grants = await loadGrants(db, user.id, project?.id ?? null);
  const token = { ...unlimited, project_id: null, expires_at: null };
  if (effectivePermissions({ user, token }, { ...grants, delegations: [] }, project).has(permission)) return null;
  return await loanEndsAt(db, { userId: user.id, permission, projectId: project?.id ?? null });
}

const unlimited = { id: "", kind: "login_session", name: "", scopes: [] } as const;
