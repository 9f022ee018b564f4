import { permissions } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { builtinRoles } from "./builtin-roles.ts";

/**
 * Makes what must exist before anybody can do anything: the permissions, the system roles with exactly their
 * permissions, and on an empty installation the first administrator. Safe to run at every start and by several
 * processes at once.
 */
export async function bootstrapAccess(database: Queryable): Promise<void> {
  await database.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtext('platform.bootstrap'))`.execute(db);
    await db
      .insertInto("permissions")
      .values(permissions.map((name) => ({ name })))
      .onConflict((conflict) => conflict.column("name").doNothing())
      .execute();
    for (const [name, role] of Object.entries(builtinRoles)) await ensureRole(db, name, role);
    await ensureAdministrator(db);
  });
}

async function ensureRole(db: Queryable, name: string, role: (typeof builtinRoles)[string]): Promise<void> {
  const { id } = await db
    .insertInto("roles")
    .values({ name, description: role.description, is_system: true })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ description: role.description }))
    .returning("id")
    .executeTakeFirstOrThrow();
  await db.deleteFrom("role_permissions").where("role_id", "=", id).execute();
  if (role.permissions.length === 0) return;
  await db
    .insertInto("role_permissions")
    .columns(["role_id", "permission_id"])
    .expression(
      db
        .selectFrom("permissions")
        .where("name", "in", [...role.permissions])
        .select([sql<string>`${id}::uuid`.as("role_id"), "permissions.id as permission_id"]),
    )
    .execute();
}

async function ensureAdministrator(db: Queryable): Promise<void> {
  const anybody = await db.selectFrom("users").select("id").limit(1).executeTakeFirst();
  if (anybody !== undefined) return;
  const { id } = await db
    .insertInto("users")
    .values({ name: "admin", email: "admin@localhost", user_type: "human", display_name: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const role = await db.selectFrom("roles").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  await db
    .insertInto("user_roles")
    .values({ user_id: id, role_id: role.id, project_id: null, granted_by: null })
    .execute();
}
