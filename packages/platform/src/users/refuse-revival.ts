import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { conflict } from "../problem.ts";

/** An agent is gone for good with its session. @throws Problem 409 */
export async function refuseRevival(db: Queryable, { id, user_type }: UserRow): Promise<void> {
  if (user_type !== "agent") return;
  const ended = await db
    .selectFrom("agent_sessions")
    .where("agent_user_id", "=", id)
    .where("status", "not in", ["pending", "running"])
    .select("id")
    .executeTakeFirst();
  if (ended !== undefined) throw conflict(`the user was the agent of session ${ended.id}, which has ended`);
}
