import type { Permission } from "@platform-mcp/client/contract";

/** Where a request is aimed at: a project of this visibility, or one that does not exist. */
export const places = ["private", "internal", "public", "absent"] as const;
export type Place = (typeof places)[number];

/** What the documents say of a caller. Written by hand: nothing here is taken from the code that is tested. */
export interface Caller {
  /** Whether the credential is good: if not, the answer is 401 wherever one is needed. */
  readonly authenticated: boolean;
  /** Held on the platform as a whole, where roles and delegations for one project do not count. */
  readonly everywhere: readonly Permission[];
  /** Held on each of the projects, whatever their visibility. */
  readonly onProjects: readonly Permission[];
  /** Whether they read internal and public projects for being somebody. Tokens can be narrower, and agents are. */
  readonly readsOpenProjects: boolean;
  /**
   * Which projects they may know of: for these, what they may not do is a 403; the others do not exist for them (404).
   * Their user's rights decide, since a token's scopes say what may be done and hide nothing from its user.
   */
  readonly sees: "all" | "open" | "none";
}

export const allPermissions = [
  "project:read",
  "project:write",
  "project:delete",
  "agent:run",
  "deploy:read",
  "deploy:promote",
  "observe:read",
  "observe:write",
  "alert:manage",
  "secret:read",
  "secret:write",
  "admin:users",
  "admin:roles",
  "admin:config",
  "admin:delegate",
] as const satisfies readonly Permission[];

const developer = ["project:read", "project:write", "agent:run", "deploy:read", "observe:read", "secret:read"] as const;
const ops = ["deploy:read", "deploy:promote", "observe:read", "observe:write", "alert:manage", "secret:read"] as const;
const viewer = ["project:read", "observe:read", "deploy:read"] as const;
/** Everything on their own project: governing the platform is not done on a project. */
const owner = allPermissions.filter((permission) => !permission.startsWith("admin:"));

const nobody: Caller = { authenticated: false, everywhere: [], onProjects: [], readsOpenProjects: false, sees: "none" };
/** Knows of no project: an agent whom nobody lent anything, or a token that is bound to another project. */
const confined: Caller = { ...nobody, authenticated: true };
const administrator: Caller = {
  authenticated: true,
  everywhere: allPermissions,
  onProjects: allPermissions,
  readsOpenProjects: true,
  sees: "all",
};

/** An administrator's token with scopes: what it has is the scope alone, everywhere. */
function scoped(...scopes: readonly Permission[]): Caller {
  return { authenticated: true, everywhere: scopes, onProjects: scopes, readsOpenProjects: false, sees: "all" };
}

/** A user's own token, or one without limits, with a role that is held everywhere. */
function withRole(permissions: readonly Permission[]): Caller {
  return {
    authenticated: true,
    everywhere: permissions,
    onProjects: permissions,
    readsOpenProjects: true,
    sees: "all",
  };
}

/** Somebody who is nobody on the platform, but somebody on the projects. */
function onProjectsOnly(permissions: readonly Permission[]): Caller {
  return { authenticated: true, everywhere: [], onProjects: permissions, readsOpenProjects: true, sees: "all" };
}

export const callers = {
  "no credential": nobody,
  garbage: nobody,
  "expired token": nobody,
  "revoked token": nobody,
  "deactivated administrator's token": nobody,
  "expired session": nobody,
  "deactivated administrator's session": nobody,

  stranger: { ...confined, readsOpenProjects: true, sees: "open" },
  viewer: withRole(viewer),
  developer: withRole(developer),
  // Does not read projects, but reads what is deployed from them: may know that they are there.
  ops: withRole(ops),
  admin: administrator,
  owner: onProjectsOnly(owner),
  // A role for one project governs nothing beyond it.
  "admin on the projects": onProjectsOnly(allPermissions),

  "agent without delegation": confined,
  // Lent by a developer, who holds more than what was lent.
  "agent with delegation": {
    ...confined,
    onProjects: ["project:read", "project:write"],
    sees: "all",
  },

  "session bearer": administrator,
  "session cookie": administrator,
  // As in the first implementation: a bearer that is no good leaves the cookie to count.
  "garbage beside a session cookie": administrator,

  "token of another project": confined,
  "token of the project": { ...administrator, everywhere: [], readsOpenProjects: false },
  // One for each permission that is needed somewhere (a test sees to it), and one for nothing yet.
  "token with scope project:read": scoped("project:read"),
  "token with scope project:write": scoped("project:write"),
  "token with scope project:delete": scoped("project:delete"),
  "token with scope agent:run": scoped("agent:run"),
  "token with scope deploy:read": scoped("deploy:read"),
  "token with scope deploy:promote": scoped("deploy:promote"),
  "token with scope observe:read": scoped("observe:read"),
  "token with scope alert:manage": scoped("alert:manage"),
  "token with scope observe:write": scoped("observe:write"),
  "token with scope secret:read": scoped("secret:read"),
  "token with scope secret:write": scoped("secret:write"),
  "token with scope admin:users": scoped("admin:users"),
  "token with scope admin:roles": scoped("admin:roles"),
  "token with scope admin:config": scoped("admin:config"),
  "token with scope admin:delegate": scoped("admin:delegate"),
} as const satisfies Record<string, Caller>;

export type CallerName = keyof typeof callers;

export const callerNames = Object.keys(callers).filter((name): name is CallerName => name in callers);

/** What a caller holds there. */
export function heldOn(name: CallerName, place: Place): readonly Permission[] {
  const { onProjects, readsOpenProjects }: Caller = callers[name];
  if (place === "absent") return [];
  const reads = readsOpenProjects && place !== "private" && !onProjects.includes("project:read");
  return reads ? [...onProjects, "project:read"] : onProjects;
}

/** Whether a caller may know of the project there. */
export function seesProject(name: CallerName, place: Place): boolean {
  const { sees }: Caller = callers[name];
  if (place === "absent") return false;
  return sees === "all" || (sees === "open" && place !== "private");
}
