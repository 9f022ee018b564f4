import { sql } from "kysely";
import { naming } from "../db/conflicts.ts";
import { containing } from "../db/like.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { notFound } from "../problem.ts";

/** @throws Problem 404 */
export async function requireUser(db: Queryable, id: string): Promise<UserRow> {
  const user = await db.selectFrom("users").where("id", "=", id).selectAll().executeTakeFirst();
  if (user === undefined) throw notFound("user");
  return user;
}

export interface NewUser extends Pick<UserRow, "name" | "email" | "user_type"> {
  readonly display_name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

/** @throws Problem 409 naming what is there already */
export async function insertUser(db: Queryable, user: NewUser): Promise<UserRow> {
  const row = { ...user, display_name: user.display_name ?? null, description: user.description ?? null };
  return await naming(takenBy(user), db.insertInto("users").values(row).returningAll().executeTakeFirstOrThrow());
}

/** @throws Problem 409 naming what is there already */
export async function changeUser(
  db: Queryable,
  id: string,
  changes: Partial<Pick<UserRow, "display_name" | "email" | "is_active">>,
): Promise<UserRow> {
  if (Object.keys(changes).length === 0) return await requireUser(db, id);
  const write = db.updateTable("users").set(changes).where("id", "=", id).returningAll();
  return await naming(takenBy(changes), write.executeTakeFirstOrThrow());
}

function takenBy({ name, email }: { readonly name?: string; readonly email?: string }): Record<string, string> {
  return {
    users_name_key: `a user named ${name} exists already`,
    users_email_key: `a user with the e-mail address ${email} exists already`,
  };
}

interface UserFilter {
  readonly search?: string | undefined;
  readonly user_type?: UserRow["user_type"] | undefined;
  readonly is_active?: boolean | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** A page of users, newest first, and how many there are in all. */
export async function listUsers(db: Queryable, { search, user_type, is_active, limit, offset }: UserFilter) {
  let query = db.selectFrom("users");
  if (user_type !== undefined) query = query.where("user_type", "=", user_type);
  if (is_active !== undefined) query = query.where("is_active", "=", is_active);
  if (search !== undefined) {
    const columns = ["name", "display_name", "email"] as const;
    query = query.where((eb) => eb.or(columns.map((column) => eb(column, "ilike", containing(search)))));
  }
  const items = await query
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await query.select(sql<number>`count(*)`.as("total")).executeTakeFirstOrThrow();
  return { items, total };
}
