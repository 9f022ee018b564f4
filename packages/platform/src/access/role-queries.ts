import type { Permission } from "@platform-mcp/client/contract";
import { type Selectable, sql } from "kysely";
import { naming } from "../db/conflicts.ts";
import type { Queryable } from "../db/queryable.ts";
import type { RolesTable } from "../db/schema.ts";
import { notFound, Problem } from "../problem.ts";

export type RoleRow = Selectable<RolesTable>;

/**
 * A role, locked until the transaction ends: `share` so that what it grants cannot change meanwhile, `update` to change
 * it. @throws Problem 404
 */
export async function lockRole(db: Queryable, id: string, lock: "share" | "update"): Promise<RoleRow> {
  const query = db.selectFrom("roles").where("id", "=", id).selectAll();
  const role = await (lock === "share" ? query.forShare() : query.forUpdate()).executeTakeFirst();
  if (role === undefined) throw notFound("role");
  return role;
}

/** A role that may be changed, locked. @throws Problem 404, or 400 for one that comes with the platform */
export async function lockCustomRole(db: Queryable, id: string): Promise<RoleRow> {
  const role = await lockRole(db, id, "update");
  if (role.is_system) throw new Problem(400, "cannot modify a system role: create another one");
  return role;
}

/** What a role grants, by name. */
export async function permissionsOfRole(db: Queryable, roleId: string): Promise<Permission[]> {
  const rows = await db
    .selectFrom("role_permissions")
    .innerJoin("permissions", "permissions.id", "role_permissions.permission_id")
    .where("role_id", "=", roleId)
    .select("permissions.name")
    .orderBy("permissions.name")
    .execute();
  return rows.map(({ name }) => name);
}

/** Makes a role grant just these. */
export async function replacePermissions(db: Queryable, roleId: string, names: readonly Permission[]): Promise<void> {
  await db.deleteFrom("role_permissions").where("role_id", "=", roleId).execute();
  if (names.length === 0) return;
  await db
    .insertInto("role_permissions")
    .columns(["role_id", "permission_id"])
    .expression(
      db
        .selectFrom("permissions")
        .where("name", "in", [...names])
        .select([sql<string>`${roleId}::uuid`.as("role_id"), "permissions.id as permission_id"]),
    )
    .execute();
}

/** @throws Problem 409 naming what is there already */
export async function insertRole(
  db: Queryable,
  role: { readonly name: string; readonly description?: string | null | undefined },
): Promise<RoleRow> {
  const row = { name: role.name, description: role.description ?? null };
  return await naming(taken(role.name), db.insertInto("roles").values(row).returningAll().executeTakeFirstOrThrow());
}

/** @throws Problem 409 naming what is there already */
export async function changeRole(
  db: Queryable,
  role: RoleRow,
  changes: Partial<Pick<RoleRow, "name" | "description">>,
): Promise<RoleRow> {
  if (Object.keys(changes).length === 0) return role;
  const write = db.updateTable("roles").set(changes).where("id", "=", role.id).returningAll();
  return await naming(taken(changes.name), write.executeTakeFirstOrThrow());
}

function taken(name: string | undefined): Record<string, string> {
  return { roles_name_key: `a role named ${name} exists already` };
}
