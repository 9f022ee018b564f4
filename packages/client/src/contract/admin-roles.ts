import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { permission } from "./permissions.ts";
import { done, name, timestamp, uuid } from "./values.ts";

export const role = z.object({
  id: uuid,
  name: z.string(),
  description: z.string().nullable(),
  /** Comes with the platform and cannot be changed. */
  is_system: z.boolean(),
  created_at: timestamp,
  permissions: z.array(permission).optional(),
});

/** A permission as the administration shows it: `resource:action`, and what it allows. */
export const permissionEntry = z.object({
  id: uuid,
  name: permission,
  resource: z.string(),
  action: z.string(),
  description: z.string().nullable(),
});

const description = z.string().max(10_000);

export const listPermissions = endpoint({
  method: "GET",
  path: "/api/admin/permissions",
  summary: "List every permission there is, by name",
  permission: "admin:roles",
  query: page,
  response: z.array(permissionEntry),
});

export const listRoles = endpoint({
  method: "GET",
  path: "/api/admin/roles",
  summary: "List roles with their permissions, by name",
  permission: "admin:roles",
  query: page,
  response: z.array(role),
});

export const createRole = endpoint({
  method: "POST",
  path: "/api/admin/roles",
  summary: "Create a role, of permissions that the caller holds",
  permission: "admin:roles",
  body: z.object({ name, description: description.nullish(), permissions: z.array(permission).default([]) }),
  response: role,
  status: 201,
});

export const updateRole = endpoint({
  method: "PATCH",
  path: "/api/admin/roles/{role_id}",
  summary: "Rename or describe a role that does not come with the platform",
  permission: "admin:roles",
  body: z.object({ name: name.optional(), description: description.nullish() }),
  response: role,
});

export const deleteRole = endpoint({
  method: "DELETE",
  path: "/api/admin/roles/{role_id}",
  summary: "Delete a role that does not come with the platform and that nobody has",
  permission: "admin:roles",
  response: done,
});

export const listRolePermissions = endpoint({
  method: "GET",
  path: "/api/admin/roles/{role_id}/permissions",
  summary: "List what a role grants, by name",
  permission: "admin:roles",
  query: page,
  response: z.array(permissionEntry),
});

export const setRolePermissions = endpoint({
  method: "PUT",
  path: "/api/admin/roles/{role_id}/permissions",
  summary: "Replace what a role grants; the caller must hold what is added",
  permission: "admin:roles",
  body: z.object({ permissions: z.array(permission).max(100) }),
  response: done,
});
