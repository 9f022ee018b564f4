import type { Queryable } from "../db/queryable.ts";
import type { Actor, AuditRecord } from "./entry.ts";
import { recordAudit } from "./record-audit.ts";

/** Whoever runs commands at the platform's machine: they may do everything, and the log cannot know their name. */
const operator: Actor = { id: null, name: "operator", type: "system" };

/**
 * Adds to the audit log what a command did, in the command's own transaction.
 * @param command the command with its words, such as `platform role grant`
 */
export async function recordByOperator(db: Queryable, command: string, what: AuditRecord): Promise<void> {
  const { resource, id, project = null, ...change } = what;
  await recordAudit(db, {
    ...change,
    actor: operator,
    tokenId: null,
    action: command,
    resource,
    resourceId: id,
    projectId: project,
    outcome: "done",
    ip: null,
    requestId: null,
  });
}
