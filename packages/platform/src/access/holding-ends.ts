import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { inPerson } from "./caller.ts";
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
  if (effectivePermissions(inPerson(user), { ...grants, delegations: [] }, project).has(permission)) return null;
  return await loanEndsAt(db, { userId: user.id, permission, projectId: project?.id ?? null });
}
