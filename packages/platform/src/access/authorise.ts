import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { notFound, Problem } from "../problem.ts";
import { type ActiveProject, findProject } from "../projects/queries.ts";
import type { Caller } from "./caller.ts";
import { effectivePermissions } from "./effective-permissions.ts";
import { grantedPermissions } from "./grants.ts";

/** What a caller may do on a project, or with null on the platform as a whole. */
export async function permissionsOn(
  db: Queryable,
  caller: Caller,
  project: ActiveProject | null,
): Promise<ReadonlySet<Permission>> {
  return effectivePermissions(caller, await grantedPermissions(db, caller.user.id, project?.id ?? null), project);
}

/** Refuses a caller who does not hold the permission on the platform as a whole. @throws Problem 403 */
export async function requireGlobally(db: Queryable, caller: Caller, permission: Permission): Promise<void> {
  if (!(await permissionsOn(db, caller, null)).has(permission)) throw forbidden(permission);
}

/**
 * The project, for a caller who holds the permission on it.
 * @throws Problem 404 when there is none or the caller has no business with it, so that strangers learn nothing;
 * 403 when they may see it, but not do this.
 */
export async function requireOnProject(
  db: Queryable,
  caller: Caller,
  permission: Permission,
  projectId: string,
): Promise<ActiveProject> {
  const project = await findProject(db, projectId);
  if (project === undefined) throw notFound("project");
  const granted = await grantedPermissions(db, caller.user.id, project.id);
  if (effectivePermissions(caller, granted, project).has(permission)) return project;
  const withoutScopes = { ...caller, token: { ...caller.token, scopes: [] } };
  const seen = effectivePermissions(withoutScopes, granted, project).size > 0;
  throw seen ? forbidden(permission) : notFound("project");
}

function forbidden(permission: Permission): Problem {
  return new Problem(403, "forbidden", { permission });
}
