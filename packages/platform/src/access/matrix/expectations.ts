import type { Permission } from "@platform-mcp/client/contract";
import {
  allPermissions,
  type Caller,
  type CallerName,
  callers,
  heldOn,
  type Place,
  places,
  seesProject,
} from "./callers.ts";
import { allOf, anybody, everywhere, type Need, onProject, somebody } from "./need.ts";
import { workNeeds } from "./work-needs.ts";

/** Every endpoint by method and path; what follows in brackets tells apart the ways in which one can be called. */
export const needs = {
  "GET /healthz": anybody,
  "GET /readyz": anybody,
  // What the process does concerns every project, so a right on one of them is not enough.
  "GET /metrics": everywhere("observe:read"),

  "POST /api/auth/login": anybody,
  "POST /api/auth/logout": somebody,
  "GET /api/auth/me": { who: "says permissions" },
  "GET /api/permissions/explain (oneself, everywhere)": somebody,
  "GET /api/permissions/explain (oneself, on the project)": { who: "who sees the project" },
  "GET /api/permissions/explain (another)": everywhere("admin:users"),

  "POST /api/users": everywhere("admin:users"),
  "GET /api/users/list": everywhere("admin:users"),
  // 403 and not 404: who there is, is no secret between users, who see each other's ids on what they made.
  "GET /api/users/{user_id} (oneself)": somebody,
  "GET /api/users/{user_id} (another)": everywhere("admin:users"),
  "PATCH /api/users/{user_id} (oneself)": somebody,
  "PATCH /api/users/{user_id} (another)": everywhere("admin:users"),
  "PATCH /api/users/{user_id} (oneself, reactivation)": everywhere("admin:users"),
  // To be oneself is not enough.
  "DELETE /api/users/{user_id}": everywhere("admin:users"),

  // No wider than what asks for it, which the request minds.
  "POST /api/tokens": somebody,
  "GET /api/tokens": somebody,
  "DELETE /api/tokens/{token_id} (one's own)": somebody,
  "DELETE /api/tokens/{token_id} (another's)": { who: "nobody else's", noun: "token" },

  "GET /api/admin/permissions": everywhere("admin:roles"),
  "GET /api/admin/roles": everywhere("admin:roles"),
  "POST /api/admin/roles (granting nothing)": everywhere("admin:roles"),
  // Nobody grants what they do not hold.
  "POST /api/admin/roles (granting project:write)": allOf(everywhere("admin:roles"), everywhere("project:write")),
  "PATCH /api/admin/roles/{role_id}": everywhere("admin:roles"),
  "DELETE /api/admin/roles/{role_id}": everywhere("admin:roles"),
  "GET /api/admin/roles/{role_id}/permissions": everywhere("admin:roles"),
  "PUT /api/admin/roles/{role_id}/permissions (to nothing)": everywhere("admin:roles"),
  "PUT /api/admin/roles/{role_id}/permissions (to project:write)": allOf(
    everywhere("admin:roles"),
    everywhere("project:write"),
  ),

  "GET /api/admin/users/{user_id}/roles": everywhere("admin:users"),
  "POST /api/admin/users/{user_id}/roles (a role of nothing)": everywhere("admin:users"),
  "POST /api/admin/users/{user_id}/roles (a role of project:read, on the project)": allOf(
    everywhere("admin:users"),
    onProject("project:read"),
  ),
  "DELETE /api/admin/users/{user_id}/roles/{role_id}": everywhere("admin:users"),

  "GET /api/admin/delegations": everywhere("admin:delegate"),
  "POST /api/admin/delegations (of admin:delegate)": everywhere("admin:delegate"),
  "POST /api/admin/delegations (of project:read, on the project)": allOf(
    everywhere("admin:delegate"),
    onProject("project:read"),
  ),
  "GET /api/admin/delegations/{delegation_id}": everywhere("admin:delegate"),
  "DELETE /api/admin/delegations/{delegation_id}": everywhere("admin:delegate"),

  "GET /api/admin/delegations (everybody's)": everywhere("admin:delegate"),

  "GET /api/admin/users/{user_id}/permissions": everywhere("admin:users"),
  "GET /api/admin/users/{user_id}/permissions (on the project)": allOf(everywhere("admin:users"), {
    who: "who sees the project",
  }),
  "GET /api/admin/users/{user_id}/tokens": everywhere("admin:users"),
  "DELETE /api/admin/users/{user_id}/tokens/{token_id}": everywhere("admin:users"),
  "DELETE /api/admin/users/{user_id}/tokens/{token_id} (another user's)": allOf(everywhere("admin:users"), {
    ...{ who: "nobody else's", noun: "token" },
  }),

  "GET /api/admin/config": everywhere("admin:config"),
  "PATCH /api/admin/config (a limit)": everywhere("admin:config"),
  // What agents run in could do what they may.
  "PATCH /api/admin/config (an image)": allOf(everywhere("admin:config"), ...allPermissions.map(everywhere)),
  // It holds what happened in every project.
  "GET /api/admin/audit-log": everywhere("admin:users"),
  "GET /api/admin/audit-log (of the project)": everywhere("admin:users"),

  "GET /api/admin/service-accounts": everywhere("admin:users"),
  "POST /api/admin/service-accounts": everywhere("admin:users"),
  "DELETE /api/admin/service-accounts/{user_id}": everywhere("admin:users"),

  // They reach every project that deploys from them, so no right on one of them is enough.
  "GET /api/admin/ops-repos": everywhere("deploy:read"),
  "POST /api/admin/ops-repos": everywhere("admin:config"),
  "GET /api/admin/ops-repos/{ops_repo_id}": everywhere("deploy:read"),
  "PATCH /api/admin/ops-repos/{ops_repo_id}": everywhere("admin:config"),
  "DELETE /api/admin/ops-repos/{ops_repo_id}": everywhere("admin:config"),
  "POST /api/admin/ops-repos/{ops_repo_id}/sync": everywhere("deploy:promote"),

  "GET /api/projects": { who: "lists projects", permission: "project:read" },
  "POST /api/projects": everywhere("project:write"),
  "GET /api/projects/{project_id}": onProject("project:read"),
  "PATCH /api/projects/{project_id}": onProject("project:write"),
  "DELETE /api/projects/{project_id}": onProject("project:delete"),

  "GET /api/projects/{project_id}/branches": onProject("project:read"),
  "GET /api/projects/{project_id}/tree": onProject("project:read"),
  "GET /api/projects/{project_id}/blob": onProject("project:read"),
  "GET /api/projects/{project_id}/commits": onProject("project:read"),
  "GET /api/projects/{project_id}/search": onProject("project:read"),
  "GET /api/projects/{project_id}/compare": onProject("project:read"),

  ...workNeeds,
} as const satisfies Record<string, Need>;

export type RowName = keyof typeof needs;

export const rowNames = Object.keys(needs).filter((name): name is RowName => name in needs);

/** Method and path of a row, as the contract has them. */
export function endpointOf(row: string): string {
  return row.replace(/ \(.*\)$/, "");
}

/** What goes on in a project is tried where it differs most, which is less than everywhere: there are many such rows. */
const placesOfWork = ["private", "public", "absent"] as const satisfies readonly Place[];

/** The projects on which a row is tried: one where its answer does not depend on it, and where the path leads astray. */
export function placesOf(row: RowName, name: CallerName): readonly Place[] {
  const need: Need = needs[row];
  const isHidden = need.who === "all of" && need.needs.some(({ who }) => who === "nobody else's");
  if (isHidden || !dependsOnProject(need)) return ["private"];
  if (!(row in workNeeds)) return places;
  // Nobody comes as far as the project without having said who they are.
  return callers[name].authenticated ? placesOfWork : ["private"];
}

/** Whether a row's answer depends on the project. */
export function dependsOnProject(need: Need): boolean {
  if (need.who === "all of") return need.needs.some(dependsOnProject);
  if (need.who === "reads it") return need.where === "on the project";
  return ["on the project", "who sees the project", "lists projects", "says permissions"].includes(need.who);
}

/** What a caller must get, in the words of `readOutcome`. */
export function expectedOutcome(need: Need, name: CallerName, place: Place): string {
  const caller: Caller = callers[name];
  if (need.who === "anybody") return "allowed";
  if (!caller.authenticated) return "401";
  switch (need.who) {
    case "somebody":
      return "allowed";
    case "nobody else's":
      return `404 ${need.noun}`;
    case "everywhere":
      return caller.everywhere.includes(need.permission) ? "allowed" : `403 ${need.permission}`;
    case "reads it": {
      const held: readonly Permission[] = need.where === "everywhere" ? caller.everywhere : heldOn(name, place);
      if (held.includes(need.permission)) return "allowed";
      const isNarrow = name.startsWith("token with scope ") && !caller.everywhere.includes(need.permission);
      return isNarrow ? `403 ${need.permission}` : `404 ${need.noun}`;
    }
    case "no agent":
      return name.startsWith("agent") ? `403 ${need.permission}` : "allowed";
    case "who sees the project":
      return seesProject(name, place) ? "allowed" : "404 project";
    case "on the project":
      if (heldOn(name, place).includes(need.permission)) return "allowed";
      return seesProject(name, place) ? `403 ${need.permission}` : "404 project";
    case "lists projects":
      return heldOn(name, place).includes(need.permission) ? "allowed, listed" : "allowed, not listed";
    case "all of":
      return need.needs.map((part) => expectedOutcome(part, name, place)).find((got) => got !== "allowed") ?? "allowed";
    case "says permissions":
      return saidPermissions(caller.everywhere, heldOn(name, place));
  }
}

/** How what `GET /api/auth/me` says is compared. */
export function saidPermissions(everywhere: readonly string[], onProject: readonly string[]): string {
  return `allowed, everywhere [${[...everywhere].sort()}], on the project [${[...onProject].sort()}]`;
}
