import { type Permission, permissions } from "@platform-mcp/client/contract";
import type { ProjectRow, UserRow } from "../db/schema.ts";
import { areUnrestricted, type Caller } from "./caller.ts";

/** What of a project decides who may do what on it. */
export type ProjectFacts = Pick<ProjectRow, "id" | "owner_id" | "visibility">;

/** A user, with what their roles grant in the place that is asked about. */
export interface Holder extends Pick<UserRow, "id" | "user_type" | "is_active"> {
  readonly roles: ReadonlySet<Permission>;
}

/** A delegation that is neither revoked nor expired and counts in the place that is asked about. */
export interface LiveDelegation {
  readonly delegator_id: string;
  readonly delegate_id: string;
  readonly permission: Permission;
}

/** What decides a user's permissions in one place: on one project, or on the platform as a whole. */
export interface Grants {
  /** The user, and everybody from whom a permission may come to them by delegations. */
  readonly holders: readonly Holder[];
  readonly delegations: readonly LiveDelegation[];
}

/** Whether a permission is one to govern the platform, rather than to work on it. */
function governs(permission: Permission): boolean {
  return permission.startsWith("admin:");
}

/** What an owner may do on their own project: everything but governing the platform. */
export const ownerPermissions = permissions.filter((permission) => !governs(permission));

/**
 * Every permission a caller has, on a project or (with null) on the platform as a whole: what their user holds,
 * intersected with the token's scopes and bound to the token's project. The only place where permissions are decided;
 * it is pure, and a token can only ever take away.
 */
export function effectivePermissions(
  { user, token }: Caller,
  grants: Grants,
  project: ProjectFacts | null,
): ReadonlySet<Permission> {
  if (token.project_id !== null && token.project_id !== project?.id) return new Set();
  const held = heldBy(user.id, grants, project);
  if (areUnrestricted(token.scopes)) return held;
  return new Set([...held].filter((permission) => token.scopes.includes(permission)));
}

/**
 * What a caller has that will not end by itself, so that they may give it to others for good: what is only lent to
 * them does not count. An agent acts for those who delegate to it, so what these hold without a loan counts for it;
 * but no agent gives anybody power over the platform that outlives it.
 */
export function lastingPermissions(
  caller: Caller,
  grants: Grants,
  project: ProjectFacts | null,
): ReadonlySet<Permission> {
  const agents = new Set(grants.holders.filter(({ user_type }) => user_type === "agent").map(({ id }) => id));
  const delegations = grants.delegations.filter(({ delegate_id }) => agents.has(delegate_id));
  const lasting = effectivePermissions(caller, { ...grants, delegations }, project);
  return agents.has(caller.user.id) ? new Set([...lasting].filter((permission) => !governs(permission))) : lasting;
}

/**
 * A delegation is worth only what its delegator still holds at this moment. Starting from what users hold of their
 * own, permissions flow along delegations until nothing changes; so those who delegate to one another in a circle
 * hold nothing by it.
 */
function heldBy(
  userId: string,
  { holders, delegations }: Grants,
  project: ProjectFacts | null,
): ReadonlySet<Permission> {
  const held = new Map(
    holders.filter(({ is_active }) => is_active).map((user) => [user.id, ownPermissions(user, project)]),
  );
  let grew = true;
  while (grew) {
    grew = false;
    for (const { delegator_id, delegate_id, permission } of delegations) {
      const delegate = held.get(delegate_id);
      if (delegate === undefined || delegate.has(permission) || !held.get(delegator_id)?.has(permission)) continue;
      delegate.add(permission);
      grew = true;
    }
  }
  return held.get(userId) ?? new Set();
}

/** What a user holds without any delegation: nothing, for an agent. */
function ownPermissions({ id, user_type, roles }: Holder, project: ProjectFacts | null): Set<Permission> {
  if (user_type === "agent") return new Set();
  const own = new Set(roles);
  if (project?.owner_id === id) for (const permission of ownerPermissions) own.add(permission);
  if (project !== null && project.visibility !== "private") own.add("project:read");
  return own;
}
