import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { permission } from "./permissions.ts";
import { token } from "./tokens.ts";
import { done, timestamp, uuid } from "./values.ts";

/** Where somebody's permission comes from. */
export const permissionSource = z.object({
  kind: z.enum(["role", "delegation", "ownership", "visibility"]),
  /** The role's name, or the name of the delegator. */
  name: z.string().nullable(),
  /** Of the assignment or the delegation. */
  id: uuid.nullable(),
  /** On which project it counts; null for all. */
  project_id: uuid.nullable(),
  expires_at: timestamp.nullable(),
});

/** A permission that somebody holds, and why. */
export const heldPermission = z.object({ permission, sources: z.array(permissionSource) });

export const getUserPermissions = endpoint({
  method: "GET",
  path: "/api/admin/users/{user_id}/permissions",
  summary: "What a user may do without regard to any token, and where each permission comes from",
  permission: "admin:users",
  query: z.object({
    /** Also there. */
    project_id: uuid.optional(),
  }),
  response: z.object({
    global: z.array(heldPermission),
    /** Null without a project. */
    project: z.array(heldPermission).nullable(),
  }),
});

export const listUserTokens = endpoint({
  method: "GET",
  path: "/api/admin/users/{user_id}/tokens",
  summary: "List a user's API tokens, newest first; never the tokens themselves",
  permission: "admin:users",
  query: page,
  response: z.array(token),
});

export const revokeUserToken = endpoint({
  method: "DELETE",
  path: "/api/admin/users/{user_id}/tokens/{token_id}",
  summary: "Revoke a user's API token",
  permission: "admin:users",
  response: done,
});
