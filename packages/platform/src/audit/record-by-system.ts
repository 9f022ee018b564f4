import type { Queryable } from "../db/queryable.ts";
import type { AuditRecord } from "./entry.ts";
import { recordAudit } from "./record-audit.ts";

/** Adds to the audit log what no user did, under the name of who did it, in the transaction in which it was done. */
export async function recordBySystem(
  db: Queryable,
  by: { readonly name: string; readonly action: string },
  { resource, id, project = null, ...change }: AuditRecord,
): Promise<void> {
  await recordAudit(db, {
    ...change,
    actor: { id: null, name: by.name, type: "system" },
    tokenId: null,
    action: by.action,
    resource,
    resourceId: id,
    projectId: project,
    outcome: "done",
    ip: null,
    requestId: null,
  });
}
