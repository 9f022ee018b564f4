import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { hashToken } from "./tokens.ts";

/** Whose API token it was that a `Bearer` header still carries, though it is good no more. */
export async function findLapsedToken(
  db: Queryable,
  header: string | undefined,
): Promise<{ readonly user: UserRow; readonly tokenId: string } | undefined> {
  const [, token] = /^Bearer +(plat_api_[0-9a-f]{64})$/i.exec(header ?? "") ?? [];
  if (token === undefined) return undefined;
  const row = await db
    .selectFrom("api_tokens")
    .innerJoin("users", "users.id", "api_tokens.user_id")
    .where("api_tokens.token_hash", "=", hashToken(token))
    .selectAll("users")
    .select("api_tokens.id as token_id")
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { token_id: tokenId, ...user } = row;
  return { user, tokenId };
}
