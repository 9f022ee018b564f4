import { hashToken, newApiToken } from "../access/tokens.ts";
import { recordByPlatform } from "../audit/platform.ts";
import type { Queryable } from "../db/queryable.ts";
import { setIdentityEnd, tokenName } from "./identity-end.ts";
import { lockSession } from "./lock-session.ts";

/**
 * Makes the token with which an agent works, in place of any that it was given before: all that was lent to it, on its
 * project only unless it governs the platform, until its session ends and its work is saved (`setIdentityEnd`). At its
 * launch, in a transaction. Gives the token itself. @throws when the session has ended
 */
export async function mintToken(db: Queryable, sessionId: string): Promise<string> {
  const session = await lockSession(db, sessionId);
  if (session === undefined || session.hasEnded) throw new Error(`session ${sessionId} has ended`);
  const { agent_user_id, project_id, role } = session;
  await db
    .deleteFrom("api_tokens")
    .where("user_id", "=", agent_user_id)
    .where("name", "=", tokenName(sessionId))
    .execute();
  const token = newApiToken();
  const { id } = await db
    .insertInto("api_tokens")
    .values({
      user_id: agent_user_id,
      name: tokenName(sessionId),
      token_hash: hashToken(token),
      // Not narrower than what was lent: what somebody lends a running agent beyond that counts at once.
      scopes: [],
      project_id: role === "admin" ? null : project_id,
      expires_at: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const expires_at = await setIdentityEnd(db, sessionId);
  const after = { user_id: agent_user_id, name: tokenName(sessionId), expires_at };
  await recordByPlatform(db, "agent session start", { resource: "token", id, project: project_id, after });
  return token;
}
