import { tokenColumns } from "../access/tokens.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A page of a user's tokens, newest first, without what would let one use them. */
export async function listTokens(db: Queryable, userId: string, { limit, offset }: Page) {
  return await db
    .selectFrom("api_tokens")
    .where("user_id", "=", userId)
    .select(tokenColumns)
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
}

/** Ends a token of a user. @throws Problem 404 for one that is not theirs */
export async function revokeToken(db: Queryable, userId: string, tokenId: string, audit: AuditTrail): Promise<void> {
  const deleted = await db
    .deleteFrom("api_tokens")
    .where("id", "=", tokenId)
    .where("user_id", "=", userId)
    .returning(["user_id", "name", "scopes", "project_id"])
    .executeTakeFirst();
  if (deleted === undefined) throw notFound("token");
  audit.record({ resource: "token", id: tokenId, project: deleted.project_id, before: deleted });
}
