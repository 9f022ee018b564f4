import { sql } from "kysely";
import { endSessions } from "../access/sessions.ts";
import type { Queryable } from "../db/queryable.ts";

/**
 * Ends all that a user can do, at once: logins, tokens, and the delegations to and from them. The row and its roles stay.
 * Whether they may be the last administrator is `deactivateUser`'s question; agents cannot.
 */
export async function endAccess(db: Queryable, userId: string): Promise<void> {
  await db.updateTable("users").set({ is_active: false }).where("id", "=", userId).execute();
  await endSessions(db, userId);
  await db.deleteFrom("api_tokens").where("user_id", "=", userId).execute();
  await db
    .updateTable("delegations")
    .set({ revoked_at: sql<string>`now()` })
    .where((eb) => eb.or([eb("delegator_id", "=", userId), eb("delegate_id", "=", userId)]))
    .where("revoked_at", "is", null)
    .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", sql<string>`now()`)]))
    .execute();
}
