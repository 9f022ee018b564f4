import { hash, verify } from "@node-rs/argon2";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";

/** argon2id with the library's parameters, those of OWASP: 19 MiB, two passes. */
export async function setPassword(db: Queryable, userId: string, password: string): Promise<void> {
  const row = { user_id: userId, hash: await hash(password) };
  await db
    .insertInto("passwords")
    .values(row)
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ hash: row.hash }))
    .execute();
}

/** The active human who has this name and this password. It takes as long to say that there is none. */
export async function findByPassword(db: Queryable, name: string, password: string): Promise<UserRow | undefined> {
  const found = await db
    .selectFrom("users")
    .leftJoin("passwords", "passwords.user_id", "users.id")
    .where("name", "=", name)
    .where("is_active", "=", true)
    .where("user_type", "=", "human")
    .selectAll("users")
    .select("passwords.hash")
    .executeTakeFirst();
  const matches = await verify(found?.hash ?? (await nobodysHash()), password);
  if (!matches || found === undefined || found.hash === null) return undefined;
  const { hash: _, ...user } = found;
  return user;
}

let nobodys: Promise<string> | undefined;

/** The hash of a password that nobody has, as costly to compare with as any other. */
function nobodysHash(): Promise<string> {
  nobodys ??= hash(crypto.randomUUID());
  return nobodys;
}
