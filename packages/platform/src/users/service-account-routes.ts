import { serviceAccounts } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound, Problem } from "../problem.ts";
import { mintToken } from "../tokens/mint.ts";
import { recordIssued } from "../tokens/record-issued.ts";
import { deactivateUser } from "./deactivate.ts";
import { insertUser, listUsers } from "./queries.ts";

const tokenDays = 365;

export const serviceAccountRoutes: readonly Route[] = [
  implement(serviceAccounts.listServiceAccounts, async ({ db, query }) =>
    listUsers(db, { ...query, user_type: "service_account" }),
  ),

  implement(
    serviceAccounts.createServiceAccount,
    async ({ db, caller, body: { scopes, project_id, ...account }, audit }) => {
      const user = await insertUser(db, { ...account, user_type: "service_account" });
      audit.record({ resource: "service_account", id: user.id, after: { ...user } });
      if (scopes === undefined && project_id == null) return { user, token: null };
      const token = await mintToken(db, caller, {
        userId: user.id,
        name: `${user.name}-default`,
        scopes: scopes ?? [],
        projectId: project_id ?? null,
        expiresInDays: tokenDays,
      });
      recordIssued(audit, token);
      return { user, token };
    },
  ),

  implement(serviceAccounts.deactivateServiceAccount, async ({ db, params: { user_id }, audit }) => {
    const user = await db.selectFrom("users").where("id", "=", user_id).select("user_type").executeTakeFirst();
    if (user === undefined) throw notFound("service account");
    if (user.user_type !== "service_account") throw new Problem(400, "user is not a service account");
    await deactivateUser(db, user_id);
    audit.record({
      resource: "service_account",
      id: user_id,
      before: { is_active: true },
      after: { is_active: false },
    });
    return { ok: true } as const;
  }),
];
