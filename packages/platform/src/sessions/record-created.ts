import type { AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import type { CreatedSession } from "./create-session.ts";

/** Says that a session was made: it, without the whole of its prompt, its agent's user, and what that was lent. */
export async function recordCreated(
  db: Queryable,
  audit: AuditTrail,
  { sessionId, agent, skipped }: CreatedSession,
): Promise<void> {
  const session = await db
    .selectFrom("agent_sessions")
    .where("id", "=", sessionId)
    .select(["user_id", "agent_user_id", "branch", "role", "config", "image", "deadline_minutes", "expires_at"])
    .select(["delegate_deploy", "delegate_observe"])
    .executeTakeFirstOrThrow();
  const skippedPermissions = skipped.map(({ permission }) => permission);
  audit.record({
    resource: "session",
    id: sessionId,
    after: { ...session, skipped_permissions: skippedPermissions },
  });
  audit.record({ resource: "user", id: agent.id, project: null, after: { ...agent } });
  const delegations = await db
    .selectFrom("delegations")
    .innerJoin("permissions", "permissions.id", "delegations.permission_id")
    .where("delegate_id", "=", agent.id)
    .select(["delegations.id", "delegator_id", "delegate_id", "permissions.name as permission_name"])
    .select(["project_id", "expires_at"])
    .orderBy("permission_name")
    .execute();
  for (const delegation of delegations) {
    audit.record({ resource: "delegation", id: delegation.id, project: delegation.project_id, after: delegation });
  }
}
