import { tokens } from "@platform-mcp/client/contract";
import type { Caller } from "../access/caller.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { invalid } from "../problem.ts";
import { mintToken } from "./mint.ts";
import { listTokens, revokeToken } from "./queries.ts";
import { recordIssued } from "./record-issued.ts";

const defaultDays = 90;
const day = 24 * 60 * 60 * 1000;

export const tokenRoutes: readonly Route[] = [
  implement(tokens.createToken, async ({ db, caller, body, audit }) => {
    const { name, scopes, project_id, expires_in_days } = body;
    if (expires_in_days !== undefined) checkExpiry(caller, expires_in_days);
    const issued = await mintToken(db, caller, {
      userId: caller.user.id,
      name,
      scopes,
      projectId: project_id ?? null,
      expiresInDays: expires_in_days ?? defaultDays,
    });
    recordIssued(audit, issued);
    return issued;
  }),

  implement(tokens.listTokens, async ({ db, caller, query }) => listTokens(db, caller.user.id, query)),

  implement(tokens.revokeToken, async ({ db, caller, params: { token_id }, audit }) => {
    await revokeToken(db, caller.user.id, token_id, audit);
    return { ok: true } as const;
  }),
];

/** An expiry that was asked for is refused rather than cut. */
function checkExpiry({ token: { kind, expires_at } }: Caller, days: number): void {
  if (kind === "login_session" || expires_at === null) return;
  if (Date.now() + days * day > Date.parse(expires_at)) {
    throw invalid("expires_in_days", `must not go beyond ${expires_at}, when the token used here expires`);
  }
}
