import type { Permission } from "@platform-mcp/client/contract";
import type { Caller } from "./caller.ts";
import {
  effectivePermissions,
  type Grants,
  lastingPermissions,
  ownerPermissions,
  type ProjectFacts,
} from "./effective-permissions.ts";

/** Why a caller holds a permission, or why not and who could change that. */
export interface Explanation {
  readonly allowed: boolean;
  readonly reason: string;
  /** Null when it is held. Names nobody: the caller may not know who else there is. */
  readonly granted_by: string | null;
}

/** Says in words what effectivePermissions decides. */
export function explain(
  caller: Caller,
  grants: Grants,
  permission: Permission,
  project: ProjectFacts | null,
): Explanation {
  if (effectivePermissions(caller, grants, project).has(permission)) {
    return { allowed: true, reason: whyHeld(caller, grants, permission, project), granted_by: null };
  }
  const { project_id } = caller.token;
  const withoutLimits = { ...caller, token: { ...caller.token, scopes: [], project_id: null } };
  const inItself = effectivePermissions(withoutLimits, grants, project).has(permission);
  if (inItself && project_id !== null && project_id !== project?.id) {
    const bound = project === null ? "the token is bound to a project" : "the token is bound to another project";
    return { allowed: false, reason: bound, granted_by: "its user, with a token that is not bound to another project" };
  }
  if (inItself) {
    const reason = "the token's scopes do not include it";
    return { allowed: false, reason, granted_by: "its user, with a token whose scopes include it" };
  }
  return { allowed: false, ...notGranted(caller, project) };
}

function whyHeld(caller: Caller, grants: Grants, permission: Permission, project: ProjectFacts | null): string {
  const held = grants.holders.find(({ id }) => id === caller.user.id);
  if (held?.user_type !== "agent") {
    if (held?.roles.has(permission)) return "a role grants it";
    if (project?.owner_id === caller.user.id && ownerPermissions.includes(permission)) return "an owner may do it";
    if (lastingPermissions(caller, grants, project).has(permission)) return "the project is open to every user";
  }
  return "a delegation grants it";
}

function notGranted({ user }: Caller, project: ProjectFacts | null) {
  const where = project === null ? "on the platform as a whole" : "on this project";
  if (user.user_type === "agent") {
    return {
      reason: `no delegation grants it to this agent ${where}, or its delegator no longer holds it`,
      granted_by: "a holder of admin:delegate, by a delegation of what they hold themselves",
    };
  }
  return {
    reason: `no role or delegation grants it ${where}`,
    granted_by:
      "a holder of admin:users, by a role, or of admin:delegate, by a delegation of what they hold themselves",
  };
}
