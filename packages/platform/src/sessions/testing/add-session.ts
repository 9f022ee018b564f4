import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

interface NewSession {
  readonly projectId: string;
  /** The id of whoever asked for it; unless said, the administrator. */
  readonly userId?: string;
}

/** Adds a session that runs, with an agent that is a user without rights, held so that no platform looks after it. */
export async function addRunningSession(db: Queryable, { projectId, userId }: NewSession): Promise<string> {
  const id = randomUUID();
  const name = `agent-${id}`;
  const agent = await db
    .insertInto("users")
    .values({ name, email: `${name}@example.test`, user_type: "agent" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const admin = db.selectFrom("users").where("name", "=", "admin").select("id");
  await db
    .insertInto("agent_sessions")
    .values({
      ...{
        id,
        project_id: projectId,
        user_id: userId ?? (await admin.executeTakeFirstOrThrow()).id,
        agent_user_id: agent.id,
      },
      ...{ prompt: "Improve the greeting", provider: "claude-code", branch: `agent/${id.slice(0, 8)}`, role: "dev" },
      ...{ config: "{}", image: "none", delegate_deploy: false, delegate_observe: false, deadline_minutes: 60 },
      ...{ status: "running", started_at: sql<string>`now()`, expires_at: sql<string>`now() + interval '1 hour'` },
      ...{ claimed_by: randomUUID(), claim_expires_at: sql<string>`now() + interval '1 hour'`, attempt: 1 },
    })
    .execute();
  return id;
}
