import { recordAudit } from "../../audit/record-audit.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { RefAttempt } from "./announce-ref-changes.ts";
import { refsEntry } from "./audit-ref-updates.ts";

/** Adds a line to the audit log for a push that somebody may not make. */
export async function auditRefusedPush(db: Queryable, attempt: RefAttempt): Promise<void> {
  const { caller, projectId, ip, requestId, changes } = attempt;
  const { user, token } = caller;
  await recordAudit(db, {
    actor: { id: user.id, name: user.name, type: user.user_type },
    tokenId: token.kind === "api_token" ? token.id : null,
    ip,
    requestId,
    ...refsEntry("git push", projectId, changes),
    outcome: "refused",
  });
}
