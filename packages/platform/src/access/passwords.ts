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
  const user = await db
    .selectFrom("users")
    .where("name", "=", name)
    .where("is_active", "=", true)
    .where("user_type", "=", "human")
    .selectAll()
    .executeTakeFirst();
  const stored =
    user && (await db.selectFrom("passwords").where("user_id", "=", user.id).select("hash").executeTakeFirst());
  const matches = await verify(stored?.hash ?? (await nobodysHash()), password);
  return matches && stored !== undefined ? user : undefined;
}

let nobodys: Promise<string> | undefined;

/** The hash of a password that nobody has, as costly to compare with as any other. */
function nobodysHash(): Promise<string> {
  nobodys ??= hash(crypto.randomUUID());
  return nobodys;
}
