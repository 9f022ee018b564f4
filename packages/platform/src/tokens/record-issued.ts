import type { IssuedToken } from "../access/tokens.ts";
import type { AuditTrail } from "../audit/trail.ts";

/** Says that a token was made, without the token itself. */
export function recordIssued(audit: AuditTrail, { token: _secret, ...shown }: IssuedToken): void {
  audit.record({ resource: "token", id: shown.id, project: shown.project_id, after: shown });
}
