import type { Permission } from "@platform-mcp/client/contract";
import { addOpsRepo } from "../../ops-repos/testing/add-ops-repo.ts";
import { insertDelegation } from "../delegation-queries.ts";
import { issueToken } from "../tokens.ts";
import type { Actor, Target } from "./actors.ts";
import { changesDeployments } from "./deploy-requests.ts";
import type { RowName } from "./expectations.ts";
import { workRequests } from "./work-requests.ts";
import { addLogin, password, type World } from "./world.ts";

/** Where a request is made: its caller, its project, and what else there is. */
export interface Scene {
  readonly world: World;
  readonly actor: Actor;
  readonly target: Target;
}

/** What a request says beside its method and path. */
export interface Details {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type MakeDetails = (scene: Scene) => Details | Promise<Details>;

const plain: MakeDetails = () => ({});
const ofTarget: MakeDetails = ({ target }) => ({ params: { project_id: target.id } });
const ofFreshUser: MakeDetails = async ({ world }) => ({ params: { user_id: await freshUser(world) } });
const ofActor: MakeDetails = ({ actor }) => ({ params: { user_id: actor.userId } });

const ofOpsRepo: MakeDetails = async ({ world }) => ({
  params: { ops_repo_id: await addOpsRepo(world.platform.db, world.unique()) },
});
/** One that can be fetched, from what the project there holds. */
const ofManifests: MakeDetails = async ({ world }) => {
  const repo_url = `project:owner/${world.targets.private.name}`;
  return { params: { ops_repo_id: await addOpsRepo(world.platform.db, world.unique(), { repo_url }) } };
};

async function freshUser({ platform, unique }: World): Promise<string> {
  return await platform.addUser(unique());
}

async function freshRole({ platform, unique }: World, permissions: readonly Permission[] = []): Promise<string> {
  return await platform.addRole(unique(), permissions);
}

async function freshToken({ platform, unique }: World, userId: string): Promise<string> {
  const token = { userId, name: unique(), scopes: [], projectId: null, expiresInDays: 1 };
  return (await issueToken(platform.db, token)).id;
}

async function freshDelegation(world: World): Promise<string> {
  const { id } = await insertDelegation(world.platform.db, {
    delegatorId: await world.platform.idOf("users", "administrator"),
    delegateId: await freshUser(world),
    permission: "deploy:read",
    projectId: null,
    expiresAt: null,
    reason: null,
  });
  return id;
}

/**
 * A valid request for each row: one that succeeds for who may make it. What it destroys or changes for good is made for
 * it alone, so that no request can be in another's way.
 */
export const requests: Readonly<Record<RowName, MakeDetails>> = {
  "GET /healthz": plain,
  "GET /readyz": plain,
  "GET /metrics": plain,

  "POST /api/auth/login": async ({ world }) => ({ body: { name: await addLogin(world), password } }),
  "POST /api/auth/logout": plain,
  "GET /api/auth/me": ({ target }) => ({ query: { project_id: target.id } }),
  "GET /api/permissions/explain (oneself, everywhere)": () => ({ query: { permission: "project:write" } }),
  "GET /api/permissions/explain (oneself, on the project)": ({ target }) => ({
    query: { permission: "project:write", project_id: target.id },
  }),
  "GET /api/permissions/explain (another)": async ({ world }) => ({
    query: { permission: "project:write", user_id: await freshUser(world) },
  }),

  "POST /api/users": ({ world }) => {
    const name = world.unique();
    return { body: { name, email: `${name}@example.test`, user_type: "service_account" } };
  },
  "GET /api/users/list": plain,
  "GET /api/users/{user_id} (oneself)": ofActor,
  "GET /api/users/{user_id} (another)": ofFreshUser,
  "PATCH /api/users/{user_id} (oneself)": ({ actor }) => ({
    params: { user_id: actor.userId },
    body: { display_name: "Me" },
  }),
  "PATCH /api/users/{user_id} (another)": async ({ world }) => ({
    params: { user_id: await freshUser(world) },
    body: { display_name: "Somebody" },
  }),
  "PATCH /api/users/{user_id} (oneself, reactivation)": ({ actor }) => ({
    params: { user_id: actor.userId },
    body: { is_active: true },
  }),
  "DELETE /api/users/{user_id}": ofFreshUser,

  "POST /api/tokens": ({ actor, world }) => ({ body: { name: world.unique(), ...actor.limits } }),
  "GET /api/tokens": plain,
  "DELETE /api/tokens/{token_id} (one's own)": async ({ actor, world }) => ({
    params: { token_id: await freshToken(world, actor.userId) },
  }),
  "DELETE /api/tokens/{token_id} (another's)": async ({ world }) => ({
    params: { token_id: await freshToken(world, await freshUser(world)) },
  }),

  "GET /api/admin/permissions": plain,
  "GET /api/admin/roles": plain,
  "POST /api/admin/roles (granting nothing)": ({ world }) => ({ body: { name: world.unique() } }),
  "POST /api/admin/roles (granting project:write)": ({ world }) => ({
    body: { name: world.unique(), permissions: ["project:write"] },
  }),
  "PATCH /api/admin/roles/{role_id}": async ({ world }) => ({
    params: { role_id: await freshRole(world) },
    body: { description: "Another" },
  }),
  "DELETE /api/admin/roles/{role_id}": async ({ world }) => ({ params: { role_id: await freshRole(world) } }),
  "GET /api/admin/roles/{role_id}/permissions": async ({ world }) => ({
    params: { role_id: await world.platform.idOf("roles", "viewer") },
  }),
  "PUT /api/admin/roles/{role_id}/permissions (to nothing)": async ({ world }) => ({
    params: { role_id: await freshRole(world, ["project:write"]) },
    body: { permissions: [] },
  }),
  "PUT /api/admin/roles/{role_id}/permissions (to project:write)": async ({ world }) => ({
    params: { role_id: await freshRole(world) },
    body: { permissions: ["project:write"] },
  }),

  "GET /api/admin/users/{user_id}/roles": ofFreshUser,
  "POST /api/admin/users/{user_id}/roles (a role of nothing)": async ({ world }) => ({
    params: { user_id: await freshUser(world) },
    body: { role_id: await freshRole(world) },
  }),
  "POST /api/admin/users/{user_id}/roles (a role of project:read, on the project)": async ({ world, target }) => ({
    params: { user_id: await freshUser(world) },
    body: { role_id: await freshRole(world, ["project:read"]), project_id: target.id },
  }),
  "DELETE /api/admin/users/{user_id}/roles/{role_id}": async ({ world }) => {
    const user_id = await world.platform.addUser(world.unique(), [{ role: "viewer" }]);
    return { params: { user_id, role_id: await world.platform.idOf("roles", "viewer") } };
  },

  "GET /api/admin/delegations": plain,
  "POST /api/admin/delegations (of admin:delegate)": async ({ world }) => ({
    body: { delegate_id: await freshUser(world), permission: "admin:delegate" },
  }),
  "POST /api/admin/delegations (of project:read, on the project)": async ({ world, target }) => ({
    body: { delegate_id: await freshUser(world), permission: "project:read", project_id: target.id },
  }),
  "GET /api/admin/delegations/{delegation_id}": async ({ world }) => ({
    params: { delegation_id: await freshDelegation(world) },
  }),
  "DELETE /api/admin/delegations/{delegation_id}": async ({ world }) => ({
    params: { delegation_id: await freshDelegation(world) },
  }),

  "GET /api/admin/delegations (everybody's)": () => ({ query: { all: "true" } }),

  "GET /api/admin/users/{user_id}/permissions": ofFreshUser,
  "GET /api/admin/users/{user_id}/permissions (on the project)": async (scene) => ({
    ...(await ofFreshUser(scene)),
    query: { project_id: scene.target.id },
  }),
  "GET /api/admin/users/{user_id}/tokens": ofFreshUser,
  "DELETE /api/admin/users/{user_id}/tokens/{token_id}": async ({ world }) => {
    const user_id = await freshUser(world);
    return { params: { user_id, token_id: await freshToken(world, user_id) } };
  },
  "DELETE /api/admin/users/{user_id}/tokens/{token_id} (another user's)": async ({ world }) => ({
    params: { user_id: await freshUser(world), token_id: await freshToken(world, await freshUser(world)) },
  }),

  "GET /api/admin/config": plain,
  "PATCH /api/admin/config (a limit)": () => ({ body: { values: { max_previews: 20 } } }),
  "PATCH /api/admin/config (an image)": () => ({ body: { values: { agent_image_prefixes: [] } } }),
  "GET /api/admin/audit-log": plain,
  "GET /api/admin/audit-log (of the project)": ({ target }) => ({ query: { project_id: target.id } }),

  "GET /api/admin/service-accounts": plain,
  "POST /api/admin/service-accounts": ({ world }) => {
    const name = world.unique();
    return { body: { name, email: `${name}@example.test` } };
  },
  "DELETE /api/admin/service-accounts/{user_id}": async ({ world }) => ({
    params: { user_id: await world.platform.addUser(world.unique(), [], "service_account") },
  }),

  "GET /api/admin/ops-repos": plain,
  "POST /api/admin/ops-repos": ({ world }) => ({
    body: { name: world.unique(), repo_url: "https://git.example.test/ops.git" },
  }),
  "GET /api/admin/ops-repos/{ops_repo_id}": ofOpsRepo,
  "PATCH /api/admin/ops-repos/{ops_repo_id}": async ({ world }) => ({
    params: { ops_repo_id: await addOpsRepo(world.platform.db, world.unique()) },
    body: { path: "deploy" },
  }),
  "DELETE /api/admin/ops-repos/{ops_repo_id}": ofOpsRepo,
  "POST /api/admin/ops-repos/{ops_repo_id}/sync": ofManifests,

  "GET /api/projects": ({ target }) => ({ query: { search: target.name } }),
  "POST /api/projects": ({ world }) => ({ body: { name: world.unique() } }),
  "GET /api/projects/{project_id}": ofTarget,
  "PATCH /api/projects/{project_id}": ({ target }) => ({
    params: { project_id: target.id },
    body: { description: "Another" },
  }),
  "DELETE /api/projects/{project_id}": ofTarget,

  "GET /api/projects/{project_id}/branches": ofTarget,
  "GET /api/projects/{project_id}/tree": ofTarget,
  "GET /api/projects/{project_id}/blob": ({ target }) => ({
    params: { project_id: target.id },
    query: { path: "README.md" },
  }),
  "GET /api/projects/{project_id}/commits": ofTarget,
  "GET /api/projects/{project_id}/search": ({ target }) => ({
    params: { project_id: target.id },
    query: { q: "needle" },
  }),
  "GET /api/projects/{project_id}/compare": ({ target }) => ({
    params: { project_id: target.id },
    query: { base: "main", head: "main" },
  }),

  ...workRequests,
};

/** What the request of a row destroys, so that it must have been made for it. */
export function destroyedBy(row: RowName): "project" | "session" | undefined {
  if (row === "DELETE /api/projects/{project_id}" || changesDeployments.has(row)) return "project";
  return row === "POST /api/auth/logout" ? "session" : undefined;
}
