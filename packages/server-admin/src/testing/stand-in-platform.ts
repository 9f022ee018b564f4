import type { delegations, ResponseOf, users } from "@platform-mcp/client";
import {
  idOf,
  project,
  type Route,
  type StandInOptions,
  standInPlatform as standIn,
} from "@platform-mcp/server-kit/testing";
import { tools } from "../tools.ts";

export { idOf, project, type Route, sendJson, sendPage } from "@platform-mcp/server-kit/testing";

/** The tools of this server on a platform that answers as a test wants it. */
export const standInPlatform = (options: Omit<StandInOptions, "tools">) => standIn({ tools, ...options });

const at = "2026-11-20T10:00:00.123456Z";

/** A user as the platform shows them, with what a test cares about. */
export function userWith(fields: Partial<users.User> = {}): users.User {
  return {
    id: idOf(1),
    name: "ada",
    display_name: "Ada Lovelace",
    email: "ada@example.test",
    user_type: "human",
    is_active: true,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const ada = userWith();
export const bob = userWith({ id: idOf(2), name: "bob", display_name: null, email: "bob@example.test" });

export const ops = {
  id: idOf(10),
  name: "ops",
  description: "Runs what is deployed",
  is_system: true,
  created_at: at,
  permissions: ["deploy:read", "deploy:promote"],
};
export const auditor = {
  id: idOf(11),
  name: "auditor",
  description: null,
  is_system: false,
  created_at: at,
  permissions: ["project:read"],
};

/** That ada has a role, there or everywhere. */
export function assignmentOf({ id, name }: { readonly id: string; readonly name: string }, project_id: string | null) {
  const number = project_id === null ? 30 : 31;
  return { id: idOf(number), role_id: id, role_name: name, project_id, granted_by: null, created_at: at };
}

type Delegation = ResponseOf<typeof delegations.createDelegation>;

/** A delegation as the platform shows it, with what a test cares about. */
export function delegationWith(fields: Partial<Delegation> = {}): Delegation {
  return {
    id: idOf(40),
    delegator_id: idOf(2),
    delegator_name: "bob",
    delegate_id: idOf(1),
    delegate_name: "ada",
    permission_id: idOf(60),
    permission_name: "deploy:read",
    project_id: project,
    expires_at: null,
    reason: null,
    created_at: at,
    revoked_at: null,
    state: "active",
    ...fields,
  };
}

/** A list of which the platform gives all. */
export function listed(...items: readonly object[]): object {
  return { items, total: items.length };
}

/** What tools find who and what they are about by. */
export const directory: Readonly<Record<string, Route>> = {
  "GET /api/auth/me": bob,
  "GET /api/users/list": listed(ada, bob),
  [`GET /api/users/${ada.id}`]: ada,
  [`GET /api/users/${bob.id}`]: bob,
  "GET /api/admin/roles": [auditor, ops],
  "GET ": { id: project, name: "shop" },
};
