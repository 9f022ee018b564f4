import { type ResponseOf, roles } from "@platform-mcp/client";
import { type Api, named, user } from "@platform-mcp/server-kit";
import * as z from "zod";

type ListedRole = ResponseOf<typeof roles.listRoles>[number];

/** A role, and what it grants. */
export interface Role extends ListedRole {
  readonly permissions: NonNullable<ListedRole["permissions"]>;
}

/** The role with what it grants: some platforms tell that apart. */
export async function withPermissions(api: Api, role: ListedRole): Promise<Role> {
  return { ...role, permissions: role.permissions ?? (await permissionsOf(api, role.id)) };
}

/** What a role grants at this moment. */
export async function permissionsOf(api: Api, role_id: string): Promise<Role["permissions"]> {
  return (await api.call(roles.listRolePermissions, { role_id, limit: 100 })).map(({ name }) => name);
}

export const roleOutput = {
  name: z.string(),
  id: z.string(),
  comes_with_platform: z.boolean().nullable(),
  permissions: z.array(z.string()),
  description: z.string().nullable(),
};

export function roleRow({ id, name, is_system, permissions, description }: Role) {
  return {
    name: named(name),
    id,
    comes_with_platform: is_system ? true : null,
    permissions,
    description: user(description),
  };
}
