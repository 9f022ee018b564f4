import type { assignments, ResponseOf, userAccess } from "@platform-mcp/client";
import { list, named, type Part, quoteName, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { placeOf } from "./place.ts";

type Assignment = ResponseOf<typeof assignments.listUserRoles>[number];
type Held = ResponseOf<typeof userAccess.getUserPermissions>["global"][number];

export const grantsOutput = {
  roles: z.array(z.object({ role: z.string(), project: z.string(), since: z.string().nullable() })),
  permissions: z.array(
    z.object({
      permission: z.string(),
      project: z.string(),
      from: z.string(),
      of: z.string().nullable(),
      until: z.string().nullable(),
      id: z.string().nullable(),
    }),
  ),
};

/** The roles that a user has, and where. */
export function rolesPart(roles: readonly Assignment[], user: string): Part {
  return list({
    of: "roles",
    items: roles.map(({ role_name, project_id, created_at }) => ({
      role: named(role_name),
      project: placeOf(project_id),
      since: time(created_at),
    })),
    share: 0.4,
    next: () => `get_user with user=${quoteName(user)} shows no more than a part of them`,
    empty: "assign_role gives some.",
  });
}

/** What a user may do, once for each thing that it comes from. */
export function permissionsPart(held: readonly Held[], user: string): Part {
  return list({
    of: "permissions",
    items: held.flatMap(({ permission, sources }) =>
      sources.map(({ kind, name, id, project_id, expires_at }) => ({
        permission,
        project: placeOf(project_id),
        from: kind,
        of: named(name),
        until: time(expires_at),
        id: kind === "delegation" ? id : null,
      })),
    ),
    next: () => `get_user with user=${quoteName(user)} shows no more than a part of them`,
    empty: "They may do nothing there.",
  });
}
