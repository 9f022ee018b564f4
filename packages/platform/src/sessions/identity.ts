import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import type { Loan } from "./session-loans.ts";

/** A session's id, and the user that its agent is. */
export interface NewIdentity {
  readonly sessionId: string;
  readonly agent: UserRow;
}

/** An agent's name shows the first 8 digits of its session's id, of which some two are alike sooner or later. */
const attempts = 10;

/**
 * Makes the user that an agent will be, and the id of its session: active, of type `agent`, without a password and
 * without any permission. In the transaction that makes the session.
 */
export async function createIdentity(db: Queryable, newId: () => string = randomUUID): Promise<NewIdentity> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const sessionId = newId();
    const short = sessionId.slice(0, 8);
    const agent = await db
      .insertInto("users")
      .values({
        name: `agent-${short}`,
        display_name: `Agent Session ${short}`,
        email: `agent-${short}@agent.platform.local`,
        user_type: "agent",
      })
      // The name, or the address, is somebody else's already.
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (agent !== undefined) return { sessionId, agent };
  }
  throw new Error("found no name for an agent that nobody has");
}

/** Lends an agent permissions of whoever asked for it; until when is said by `setIdentityEnd`. */
export async function lendToAgent(
  db: Queryable,
  { sessionId, agent }: NewIdentity,
  from: { readonly userId: string; readonly projectId: string; readonly loans: readonly Loan[] },
): Promise<void> {
  if (from.loans.length === 0) return;
  const ids = await db
    .selectFrom("permissions")
    .where(
      "name",
      "in",
      from.loans.map(({ permission }) => permission),
    )
    .select(["id", "name"])
    .execute();
  const everywhere = new Set(from.loans.filter((loan) => loan.everywhere).map(({ permission }) => permission));
  await db
    .insertInto("delegations")
    .values(
      ids.map(({ id, name }) => ({
        delegator_id: from.userId,
        delegate_id: agent.id,
        permission_id: id,
        project_id: everywhere.has(name) ? null : from.projectId,
        expires_at: sql<string>`now()`,
        reason: `agent session ${sessionId}`,
        revoked_at: null,
      })),
    )
    .execute();
}
