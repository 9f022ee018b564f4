import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";

/** The permissions a user's roles grant everywhere and, if one is given, on a project. Read afresh for every request. */
export async function grantedPermissions(
  db: Queryable,
  userId: string,
  projectId: string | null,
): Promise<ReadonlySet<Permission>> {
  const rows = await db
    .selectFrom("user_roles")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .innerJoin("permissions", "permissions.id", "role_permissions.permission_id")
    .where("user_roles.user_id", "=", userId)
    .where((eb) =>
      projectId === null
        ? eb("user_roles.project_id", "is", null)
        : eb.or([eb("user_roles.project_id", "is", null), eb("user_roles.project_id", "=", projectId)]),
    )
    .select("permissions.name")
    .distinct()
    .execute();
  return new Set(rows.map(({ name }) => name));
}
