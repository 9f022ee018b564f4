import type { Queryable } from "../db/queryable.ts";
import type { AuditRecord } from "./entry.ts";
import { recordBySystem } from "./record-by-system.ts";

/**
 * Adds to the audit log what a command did, in the command's own transaction. Whoever runs commands at the platform's
 * machine may do everything, and the log cannot know their name.
 * @param command the command with its words, such as `platform role grant`
 */
export async function recordByOperator(db: Queryable, command: string, what: AuditRecord): Promise<void> {
  await recordBySystem(db, { name: "operator", action: command }, what);
}
