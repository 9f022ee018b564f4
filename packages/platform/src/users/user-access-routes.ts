import { userAccess } from "@platform-mcp/client/contract";
import { requireSeen } from "../access/authorise.ts";
import { loadHolding } from "../access/load-holding.ts";
import { permissionSources } from "../access/permission-sources.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { listTokens, revokeToken } from "../tokens/queries.ts";
import { requireUser } from "./queries.ts";

/** What administrators see and end of anybody's access. */
export const userAccessRoutes: readonly Route[] = [
  implement(userAccess.getUserPermissions, async ({ db, caller, params: { user_id }, query: { project_id } }) =>
    // Of one moment: what is said to be held must be what the sources give.
    db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute(async (reading) => {
        const project = project_id === undefined ? null : await requireSeen(reading, caller, project_id);
        const user = await requireUser(reading, user_id);
        const heldOn = async (where: typeof project) =>
          permissionSources(await loadHolding(reading, user, where?.id ?? null), where);
        return { global: await heldOn(null), project: project && (await heldOn(project)) };
      }),
  ),

  implement(userAccess.listUserTokens, async ({ db, params: { user_id }, query }) => {
    await requireUser(db, user_id);
    return await listTokens(db, user_id, query);
  }),

  implement(userAccess.revokeUserToken, async ({ db, params: { user_id, token_id }, audit }) => {
    await requireUser(db, user_id);
    await revokeToken(db, user_id, token_id, audit);
    return { ok: true } as const;
  }),
];
