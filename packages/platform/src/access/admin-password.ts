import { randomBytes } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { setPassword } from "./passwords.ts";

interface AdminPasswordOptions {
  /** What the operator chose; undefined to make one up. */
  readonly password: string | undefined;
  readonly dataDirectory: string;
}

/**
 * Gives the first administrator a password if there is none yet: the operator's, or 128 random bits that are written to
 * `admin.env` in the data directory, for its owner's eyes only. Says where it is written, if it is.
 */
export async function ensureAdminPassword(
  database: Queryable,
  { password, dataDirectory }: AdminPasswordOptions,
): Promise<string | undefined> {
  return await database.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtext('platform.bootstrap'))`.execute(db);
    const admin = await db
      .selectFrom("users")
      .leftJoin("passwords", "passwords.user_id", "users.id")
      .where("users.name", "=", "admin")
      .where("users.user_type", "=", "human")
      .where("passwords.user_id", "is", null)
      .select("users.id")
      .executeTakeFirst();
    if (admin === undefined) return undefined;
    if (password !== undefined) {
      await setPassword(db, admin.id, password);
      return undefined;
    }
    const madeUp = randomBytes(16).toString("hex");
    // The file first: a crash in between leaves a password that is not yet set, and the next start makes another.
    const file = await writeSecret(join(dataDirectory, "admin.env"), `PLATFORM_ADMIN_PASSWORD=${madeUp}\n`);
    await setPassword(db, admin.id, madeUp);
    return file;
  });
}

/** Puts a file in place whole, readable by its owner alone from its first moment. */
async function writeSecret(path: string, content: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return path;
}
