import { createHash, randomBytes } from "node:crypto";
import { type Selectable, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { ApiTokensTable } from "../db/schema.ts";
import type { Caller } from "./caller.ts";

/** `plat_api_` and 64 hex digits: recognisable, so that it can be masked wherever it turns up. */
export function newApiToken(): string {
  return `plat_api_${randomBytes(32).toString("hex")}`;
}

/** What is stored and looked up: tokens have 256 random bits, so a plain hash is enough and none can be compared slowly. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export interface NewToken {
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly projectId: string | null;
  readonly expiresInDays: number;
  /** The token ends at this time at the latest. */
  readonly notAfter?: string | null;
}

/** What of a token can be shown. */
export const tokenColumns = [
  "id",
  "name",
  "scopes",
  "project_id",
  "last_used_at",
  "expires_at",
  "created_at",
] as const satisfies readonly (keyof ApiTokensTable)[];

/** A new token, with the token itself: the only moment at which it can be seen. */
export interface IssuedToken extends Pick<Selectable<ApiTokensTable>, (typeof tokenColumns)[number]> {
  readonly token: string;
}

/** Makes a token. Whether it may be made has been decided before (`tokens/mint.ts`). */
export async function issueToken(db: Queryable, token: NewToken): Promise<IssuedToken> {
  const raw = newApiToken();
  const row = await db
    .insertInto("api_tokens")
    .values({
      user_id: token.userId,
      name: token.name,
      token_hash: hashToken(raw),
      scopes: [...token.scopes],
      project_id: token.projectId,
      expires_at: sql<string>`least(now() + make_interval(days => ${token.expiresInDays}), ${token.notAfter ?? null}::timestamptz)`,
    })
    .returning(tokenColumns)
    .executeTakeFirstOrThrow();
  return { ...row, token: raw };
}

/** Who a token belongs to; undefined when it is unknown, expired, or its user is not active. */
export async function findCaller(db: Queryable, token: string): Promise<Caller | undefined> {
  const row = await db
    .selectFrom("api_tokens")
    .innerJoin("users", "users.id", "api_tokens.user_id")
    .where("api_tokens.token_hash", "=", hashToken(token))
    .where("users.is_active", "=", true)
    .where((eb) =>
      eb.or([eb("api_tokens.expires_at", "is", null), eb("api_tokens.expires_at", ">", sql<string>`now()`)]),
    )
    .selectAll("users")
    .select([
      "api_tokens.id as token_id",
      "api_tokens.name as token_name",
      "api_tokens.scopes",
      "api_tokens.project_id",
      "api_tokens.expires_at",
    ])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { token_id, token_name, scopes, project_id, expires_at, ...user } = row;
  return { user, token: { id: token_id, kind: "api_token", name: token_name, scopes, project_id, expires_at } };
}

/** Ends every token of a user that has this name and this project. */
export async function revokeTokens(
  db: Queryable,
  { userId, name, projectId }: Pick<NewToken, "userId" | "name" | "projectId">,
): Promise<void> {
  await db
    .deleteFrom("api_tokens")
    .where("user_id", "=", userId)
    .where("name", "=", name)
    .where("project_id", "is not distinct from", projectId)
    .execute();
}

/** Notes that a token was used, at most once a minute so that reading does not become writing. */
export async function touchToken(db: Queryable, tokenId: string): Promise<void> {
  await db
    .updateTable("api_tokens")
    .set({ last_used_at: sql<string>`now()` })
    .where("id", "=", tokenId)
    .where((eb) =>
      eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<", sql<string>`now() - interval '1 minute'`)]),
    )
    .execute();
}
