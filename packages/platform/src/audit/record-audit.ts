import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { AuditEntry } from "./entry.ts";
import { redact } from "./redact.ts";

/**
 * Adds a line to the audit log. For a write, `db` is the write's own transaction, so that the log and the data agree
 * whatever happens. For an agent it also notes on whose behalf it acts: whoever asked for its session, else whoever alone
 * has delegated to it.
 */
export async function recordAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  const { actor } = entry;
  await db
    .insertInto("audit_log")
    .values({
      actor_id: actor.id,
      actor_name: actor.name,
      actor_type: actor.type,
      on_behalf_of: actor.type === "agent" ? requesterOf(actor.id) : null,
      token_id: entry.tokenId,
      action: entry.action,
      resource: entry.resource,
      resource_id: entry.resourceId,
      project_id: entry.projectId,
      before: asJson(entry.before),
      after: asJson(entry.after),
      ip: entry.ip,
      outcome: entry.outcome,
      request_id: entry.requestId,
    })
    .execute();
}

function requesterOf(agentId: string | null) {
  return sql<string | null>`coalesce(
    (select user_id from agent_sessions where agent_user_id = ${agentId}),
    (
      select (array_agg(distinct delegator_id))[1] from delegations
      where delegate_id = ${agentId} having count(distinct delegator_id) = 1
    )
  )`;
}

function asJson(value: Readonly<Record<string, unknown>> | undefined): string | null {
  return value === undefined ? null : JSON.stringify(redact(value));
}
