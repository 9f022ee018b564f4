import type { PushedPlatform } from "../git-push/pushed-platform.ts";

/** What is left of the identities of sessions that have ended, and of the claims on them. */
export async function remainingIdentities(platform: Pick<PushedPlatform, "look">): Promise<unknown> {
  return await platform.look(async (db) => {
    const ended = db
      .selectFrom("agent_sessions")
      .where("status", "not in", ["pending", "running"])
      .select("agent_user_id");
    const users = db.selectFrom("users").where("id", "in", ended).where("is_active", "=", true).select("name");
    const tokens = db.selectFrom("api_tokens").where("user_id", "in", ended).select("name");
    const loans = db
      .selectFrom("delegations")
      .where("delegate_id", "in", ended)
      .where("revoked_at", "is", null)
      .select("id");
    const claims = db
      .selectFrom("agent_sessions")
      .where("status", "not in", ["pending", "running"])
      .where("claimed_by", "is not", null)
      .select("id");
    const [left, valid, lent, claimed] = [
      await users.execute(),
      await tokens.execute(),
      await loans.execute(),
      await claims.execute(),
    ];
    return { users: left, tokens: valid, loans: lent, claims: claimed };
  });
}

/** None is. */
export const noIdentities = { users: [], tokens: [], loans: [], claims: [] };
