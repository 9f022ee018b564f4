import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { notFound, Problem } from "../problem.ts";
import { type ActiveProject, findProject } from "../projects/queries.ts";
import type { Caller } from "./caller.ts";
import { effectivePermissions, type Grants, lastingPermissions } from "./effective-permissions.ts";
import { explain } from "./explain.ts";
import { loadGrants } from "./grants.ts";

/** What a caller may do on a project, or with null on the platform as a whole. */
export async function permissionsOn(
  db: Queryable,
  caller: Caller,
  project: ActiveProject | null,
): Promise<ReadonlySet<Permission>> {
  return effectivePermissions(caller, await loadGrants(db, caller.user.id, project?.id ?? null), project);
}

/** What a caller may give to others for good, on a project or with null on the platform as a whole. */
export async function lastingPermissionsOn(
  db: Queryable,
  caller: Caller,
  project: ActiveProject | null,
): Promise<ReadonlySet<Permission>> {
  return lastingPermissions(caller, await loadGrants(db, caller.user.id, project?.id ?? null), project);
}

/** Refuses a caller who does not hold the permission on the platform as a whole. @throws Problem 403 */
export async function requireGlobally(db: Queryable, caller: Caller, permission: Permission): Promise<void> {
  const grants = await loadGrants(db, caller.user.id, null);
  if (!effectivePermissions(caller, grants, null).has(permission)) throw forbidden(caller, grants, permission, null);
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
  const grants = await loadGrants(db, caller.user.id, project.id);
  if (effectivePermissions(caller, grants, project).has(permission)) return project;
  throw isSeen(caller, grants, project) ? forbidden(caller, grants, permission, project) : notFound("project");
}

/** A project that a request names beside its path, for a caller who may know of it. @throws Problem 404 */
export async function requireSeen(db: Queryable, caller: Caller, projectId: string): Promise<ActiveProject> {
  const project = await findProject(db, projectId);
  if (project === undefined) throw notFound("project");
  if (!isSeen(caller, await loadGrants(db, caller.user.id, project.id), project)) throw notFound("project");
  return project;
}

/** Whether a caller may know that a project is there: their user may do anything on it, and the token is not another's. */
function isSeen(caller: Caller, grants: Grants, project: ActiveProject): boolean {
  const withoutScopes = { ...caller, token: { ...caller.token, scopes: [] } };
  return effectivePermissions(withoutScopes, grants, project).size > 0;
}

function forbidden(caller: Caller, grants: Grants, permission: Permission, project: ActiveProject | null): Problem {
  const { reason, granted_by } = explain(caller, grants, permission, project);
  return denied(permission, reason, granted_by ?? undefined);
}

/** 403 that says which permission is missing, why, and who can grant it. */
export function denied(permission: Permission, reason: string, granted_by?: string): Problem {
  const detail = `${permission} is missing: ${reason}.${granted_by ? ` It can be granted by ${granted_by}.` : ""}`;
  return new Problem(403, "forbidden", { permission, reason, detail, ...(granted_by && { granted_by }) });
}
