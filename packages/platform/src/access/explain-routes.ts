import { auth } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { findProject } from "../projects/queries.ts";
import { requireUser } from "../users/queries.ts";
import { permissionsOn, requireGlobally, requireSeen } from "./authorise.ts";
import { inPerson } from "./caller.ts";
import { explain } from "./explain.ts";
import { loadGrants } from "./grants.ts";

/** What callers may learn of their own permissions, and administrators of anybody's. */
export const explainRoutes: readonly Route[] = [
  implement(auth.getMe, async ({ db, caller, query }) => {
    const { id: _, kind, ...token } = caller.token;
    const project = query.project_id === undefined ? undefined : await findProject(db, query.project_id);
    return {
      ...caller.user,
      permissions: {
        global: [...(await permissionsOn(db, caller, null))],
        project: query.project_id === undefined ? null : project ? [...(await permissionsOn(db, caller, project))] : [],
      },
      token: kind === "login_session" ? null : { ...token, scopes: [...token.scopes] },
    };
  }),

  implement(auth.explainPermission, async ({ db, caller, query: { permission, project_id, user_id } }) => {
    const somebodyElse = user_id !== undefined && user_id !== caller.user.id;
    if (somebodyElse) await requireGlobally(db, caller, "admin:users");
    const project = project_id === undefined ? null : await requireSeen(db, caller, project_id);
    const whom = somebodyElse ? inPerson(await requireUser(db, user_id)) : caller;
    const grants = await loadGrants(db, whom.user.id, project?.id ?? null);
    return {
      permission,
      project_id: project?.id ?? null,
      user_id: whom.user.id,
      ...explain(whom, grants, permission, project),
    };
  }),
];
