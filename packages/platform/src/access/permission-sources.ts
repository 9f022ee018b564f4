import { type Permission, permissions, type ResponseOf, type userAccess } from "@platform-mcp/client/contract";
import type { UserRow } from "../db/schema.ts";
import { inPerson } from "./caller.ts";
import { effectivePermissions, type Grants, type Holder, type ProjectFacts } from "./effective-permissions.ts";

export type HeldPermission = ResponseOf<typeof userAccess.getUserPermissions>["global"][number];
type Source = HeldPermission["sources"][number];

/** A role that somebody has in the place that is asked about. */
export interface Assigned {
  readonly id: string;
  readonly role_name: string;
  readonly project_id: string | null;
  readonly permissions: ReadonlySet<Permission>;
}

/** A delegation to somebody that is neither revoked nor expired and counts in the place that is asked about. */
export interface Lent {
  readonly id: string;
  readonly delegator_id: string;
  readonly delegator_name: string;
  readonly permission: Permission;
  readonly project_id: string | null;
  readonly expires_at: string | null;
}

/** All that a user's permissions in one place can come from. */
export interface Holding {
  readonly user: UserRow;
  readonly grants: Grants;
  readonly assignments: readonly Assigned[];
  readonly loans: readonly Lent[];
}

/**
 * What a user may do in one place, and where each permission comes from. Nothing is decided here: each source is what
 * `effectivePermissions` gives the user who has nothing but that.
 */
export function permissionSources(holding: Holding, project: ProjectFacts | null): HeldPermission[] {
  const held = effectivePermissions(inPerson(holding.user), holding.grants, project);
  const sources = sourcesOf(holding, project);
  return permissions
    .filter((permission) => held.has(permission))
    .map((permission) => ({
      permission,
      sources: sources.filter(({ gives }) => gives.has(permission)).map(({ source }) => source),
    }));
}

interface Giving {
  readonly source: Source;
  readonly gives: ReadonlySet<Permission>;
}

function sourcesOf({ user, grants, assignments, loans }: Holding, project: ProjectFacts | null): readonly Giving[] {
  const alone = (roles: ReadonlySet<Permission>, where: ProjectFacts | null) =>
    effectivePermissions(inPerson(user), { holders: holdersWith(grants, user, { roles }), delegations: [] }, where);
  const closed = project && { ...project, owner_id: "", visibility: "private" as const };
  const there = { id: null, name: null, project_id: project?.id ?? null, expires_at: null };
  return [
    ...assignments.map(({ id, role_name, project_id, permissions: roles }) => ({
      source: { kind: "role" as const, name: role_name, id, project_id, expires_at: null },
      gives: alone(roles, closed),
    })),
    {
      source: { kind: "ownership" as const, ...there },
      gives: alone(new Set(), project && { ...project, visibility: "private" }),
    },
    {
      source: { kind: "visibility" as const, ...there },
      gives: alone(new Set(), project && { ...project, owner_id: "" }),
    },
    ...loans.map((loan) => ({ source: sourceOf(loan), gives: givenBy(loan, user, grants, project) })),
  ];
}

function sourceOf({ id, delegator_name, project_id, expires_at }: Lent): Source {
  return { kind: "delegation", name: delegator_name, id, project_id, expires_at };
}

/** What a delegation gives somebody who holds nothing of their own, like an agent, and whom nobody else lends anything. */
function givenBy(
  { delegator_id, permission }: Lent,
  user: UserRow,
  grants: Grants,
  project: ProjectFacts | null,
): ReadonlySet<Permission> {
  const holders = holdersWith(grants, user, { user_type: "agent", roles: new Set() });
  const others = grants.delegations.filter(({ delegate_id }) => delegate_id !== user.id);
  const delegations = [...others, { delegator_id, delegate_id: user.id, permission }];
  return effectivePermissions(inPerson(user), { holders, delegations }, project);
}

function holdersWith({ holders }: Grants, user: UserRow, facts: Partial<Holder>): readonly Holder[] {
  return holders.map((holder) => (holder.id === user.id ? { ...holder, ...facts } : holder));
}
