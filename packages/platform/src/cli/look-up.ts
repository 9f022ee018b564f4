import type { RoleRow } from "../access/role-queries.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { findProjectByName } from "../projects/queries.ts";
import { UserError } from "../user-error.ts";

/** @throws UserError */
export async function userNamed(db: Queryable, name: string): Promise<UserRow> {
  const user = await db.selectFrom("users").where("name", "=", name).selectAll().executeTakeFirst();
  if (user === undefined) throw new UserError(`there is no user ${name}: platform user list shows them`);
  return user;
}

/** The id of the project with an address such as `owner/name`; null without one. @throws UserError */
export async function projectIdOf(db: Queryable, address: string | undefined): Promise<string | null> {
  if (address === undefined) return null;
  const [owner = "", name = ""] = address.split("/");
  const project = await findProjectByName(db, owner, name);
  if (project === undefined) throw new UserError(`there is no project ${address}: name it as OWNER/NAME`);
  return project.id;
}

/** @throws UserError */
export async function roleNamed(db: Queryable, name: string): Promise<RoleRow> {
  const role = await db.selectFrom("roles").where("name", "=", name).selectAll().executeTakeFirst();
  if (role === undefined) throw new UserError(`there is no role ${name}: platform role list shows them`);
  return role;
}
