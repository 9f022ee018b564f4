import { keepAnAdministrator } from "../access/last-administrator.ts";
import type { Queryable } from "../db/queryable.ts";
import { stopSessionsOfUser } from "../sessions/stop-sessions-of.ts";
import { endAccess } from "./end-access.ts";

/**
 * Ends all that a user can do, at once, and stops the agents that work for them. The row and its roles stay.
 * @throws Problem 409 when they are the last administrator
 */
export async function deactivateUser(db: Queryable, userId: string): Promise<void> {
  await keepAnAdministrator(db, async () => {
    // First: who ends a session, too, has its row before the delegations to its agent.
    await stopSessionsOfUser(db, userId);
    await endAccess(db, userId);
  });
}
