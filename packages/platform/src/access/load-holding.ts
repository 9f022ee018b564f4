import type { Permission } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { inPlace, isLive, loadGrants } from "./grants.ts";
import type { Holding } from "./permission-sources.ts";

/**
 * What a user's permissions on a project, or with null on the platform as a whole, can come from. In a transaction that
 * sees one moment only.
 */
export async function loadHolding(db: Queryable, user: UserRow, projectId: string | null): Promise<Holding> {
  const assignments = await db
    .selectFrom("user_roles")
    .innerJoin("roles", "roles.id", "user_roles.role_id")
    .where("user_roles.user_id", "=", user.id)
    .where(inPlace("user_roles.project_id", projectId))
    .select(["user_roles.id", "user_roles.project_id", "roles.name as role_name"])
    .select(
      sql<Permission[]>`array(
        select permissions.name from role_permissions
        join permissions on permissions.id = role_permissions.permission_id
        where role_permissions.role_id = roles.id
      )`.as("permissions"),
    )
    .orderBy("roles.name")
    .orderBy("user_roles.id")
    .execute();
  const loans = await db
    .selectFrom("delegations as d")
    .innerJoin("permissions", "permissions.id", "d.permission_id")
    .innerJoin("users as delegator", "delegator.id", "d.delegator_id")
    .where("d.delegate_id", "=", user.id)
    .where(isLive)
    .where(inPlace("d.project_id", projectId))
    .select(["d.id", "d.delegator_id", "d.project_id", "d.expires_at"])
    .select(["permissions.name as permission", "delegator.name as delegator_name"])
    .orderBy("delegator.name")
    .orderBy("d.id")
    .execute();
  return {
    user,
    grants: await loadGrants(db, user.id, projectId),
    assignments: assignments.map((row) => ({ ...row, permissions: new Set(row.permissions) })),
    loans,
  };
}
