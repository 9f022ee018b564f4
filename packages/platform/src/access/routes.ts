import { auth } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { findProject } from "../projects/queries.ts";
import { permissionsOn } from "./authorise.ts";

export const accessRoutes: readonly Route[] = [
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
];
