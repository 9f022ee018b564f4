import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { conflict } from "../problem.ts";

/**
 * Makes a change that may take `admin:users` from somebody, and refuses it when nobody would be left who could give it
 * back: an active human who has it everywhere by a role. Such changes wait for one another, so that two of them cannot
 * each rely on whom the other removes. @throws Problem 409, and the caller's transaction must not be committed
 */
export async function keepAnAdministrator<T>(db: Queryable, change: () => Promise<T>): Promise<T> {
  await sql`select pg_advisory_xact_lock(hashtext('platform.administrators'))`.execute(db);
  const result = await change();
  const left = await db
    .selectFrom("users")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .innerJoin("permissions", "permissions.id", "role_permissions.permission_id")
    .where("users.is_active", "=", true)
    .where("users.user_type", "=", "human")
    .where("user_roles.project_id", "is", null)
    .where("permissions.name", "=", "admin:users")
    .select("users.id")
    .limit(1)
    .executeTakeFirst();
  if (left === undefined) {
    throw conflict("nobody would be left who holds admin:users: give another user a role that grants it first");
  }
  return result;
}
