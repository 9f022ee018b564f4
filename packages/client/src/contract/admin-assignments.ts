import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { done, timestamp, uuid } from "./values.ts";

/** That a user has a role, everywhere or on one project. */
export const assignment = z.object({
  id: uuid,
  role_id: uuid,
  role_name: z.string(),
  /** Null means everywhere. */
  project_id: uuid.nullable(),
  granted_by: uuid.nullable(),
  created_at: timestamp,
});

export const listUserRoles = endpoint({
  method: "GET",
  path: "/api/admin/users/{user_id}/roles",
  summary: "List the roles that a user has, and where",
  permission: "admin:users",
  query: page,
  response: z.array(assignment),
});

export const assignRole = endpoint({
  method: "POST",
  path: "/api/admin/users/{user_id}/roles",
  summary: "Give a user a role whose permissions the caller holds, everywhere or on one project",
  permission: "admin:users",
  body: z.object({ role_id: uuid, project_id: uuid.nullish() }),
  response: done.extend({ id: uuid.optional() }),
  status: 201,
});

export const removeRole = endpoint({
  method: "DELETE",
  path: "/api/admin/users/{user_id}/roles/{role_id}",
  summary: "Take a role from a user, wherever they have it; the id of one assignment takes only that one",
  permission: "admin:users",
  response: done,
});
