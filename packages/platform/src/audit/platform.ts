import type { Queryable } from "../db/queryable.ts";
import type { AuditRecord } from "./entry.ts";
import { recordBySystem } from "./record-by-system.ts";

/**
 * Adds to the audit log what the platform did by itself, in the transaction in which it did.
 * @param action what it was doing, such as `agent session end`
 */
export async function recordByPlatform(db: Queryable, action: string, what: AuditRecord): Promise<void> {
  await recordBySystem(db, { name: "platform", action }, what);
}
