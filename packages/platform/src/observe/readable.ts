import type { Permission } from "@platform-mcp/client/contract";
import { permissionsOn, requireGlobally, requireOnProject } from "../access/authorise.ts";
import { areUnrestricted, type Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { findProject } from "../projects/queries.ts";

/** The owners of rows: ids of projects, null for the platform itself. */
type Owners = ReadonlySet<string | null>;

/**
 * Of the owners of what an id names, those on which the caller holds the permission: with it on the platform as a whole
 * all of them. When that is none, what the id names is not there for the caller.
 * @throws Problem 403 for a token that holds the permission nowhere, whatever the id names: to look elsewhere is no use
 */
export async function heldAmong(
  db: Queryable,
  caller: Caller,
  permission: Permission,
  owners: Iterable<string | null>,
): Promise<Owners> {
  await requireSomewhere(db, caller, permission);
  const all = new Set(owners);
  if ((await permissionsOn(db, caller, null)).has(permission)) return all;
  const held = new Set<string>();
  for (const id of all) {
    const project = id === null ? undefined : await findProject(db, id);
    if (project !== undefined && (await permissionsOn(db, caller, project)).has(permission)) held.add(project.id);
  }
  return held;
}

/** Says no where that can be told from the token alone. @throws Problem 403 */
async function requireSomewhere(db: Queryable, caller: Caller, permission: Permission): Promise<void> {
  const { project_id, scopes } = caller.token;
  if (project_id !== null) await requireOnProject(db, caller, permission, project_id);
  else if (!areUnrestricted(scopes) && !scopes.includes(permission)) await requireGlobally(db, caller, permission);
}
