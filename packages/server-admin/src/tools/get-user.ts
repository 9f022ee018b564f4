import { assignments, userAccess } from "@platform-mcp/client";
import { defineAnyProjectTool, ifOffered, note, record } from "@platform-mcp/server-kit";
import { grantsOutput, permissionsPart, rolesPart } from "../access.ts";
import { user } from "../arguments.ts";
import { findsUsers, userOf } from "../find/find-user.ts";
import { userOutput, userRow } from "../user.ts";

export const getUser = defineAnyProjectTool({
  name: "get_user",
  title: "Get user",
  description: "Get a user: roles, and every permission they hold with where it comes from.",
  risk: "read",
  input: { user },
  output: { ...userOutput, ...grantsOutput },
  uses: [...findsUsers, assignments.listUserRoles, userAccess.getUserPermissions],
  needs: ["admin:users"],
  async run({ api, project }, { user }) {
    const found = await userOf(api, user);
    const user_id = found.id;
    const roles = await ifOffered(api, api.call(assignments.listUserRoles, { user_id, limit: 100 }));
    const held = await ifOffered(api, api.call(userAccess.getUserPermissions, { user_id, project_id: project }));
    const untold = [...(roles === undefined ? ["roles"] : []), ...(held === undefined ? ["permissions"] : [])];
    return [
      record(userRow(found)),
      ...(roles === undefined ? [] : [rolesPart(roles, user)]),
      ...(held === undefined ? [] : [permissionsPart(held.project ?? held.global, user)]),
      ...(untold.length === 0 ? [] : [note(`This platform does not tell the ${untold.join(" and ")} of a user.`)]),
    ];
  },
});
