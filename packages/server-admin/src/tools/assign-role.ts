import { assignments } from "@platform-mcp/client";
import { defineAnyProjectTool, named, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { role, user } from "../arguments.ts";
import { brief } from "../brief.ts";
import { findsRoles, roleOf } from "../find/find-role.ts";
import { findsUsers, userOf } from "../find/find-user.ts";
import { placeInWords, placeOf } from "../place.ts";
import { inWords } from "../user.ts";

export const assignRole = defineAnyProjectTool({
  name: "assign_role",
  title: "Assign role",
  description: "Give a user a role, on a project or on all. You must hold what it grants, for good.",
  risk: "destructive",
  input: { user, role },
  output: {
    user: z.string(),
    role: z.string(),
    project: z.string(),
    grants: z.array(z.string()),
    assignment_id: z.string().nullable(),
  },
  uses: [...findsUsers, ...findsRoles, assignments.assignRole],
  needs: ["admin:users"],
  async confirmation({ api, project }, { user, role }) {
    const whom = inWords(await userOf(api, user));
    const { name, permissions } = await roleOf(api, role);
    const grants = permissions.length === 0 ? "nothing" : permissions.join(", ");
    return `Give ${whom} the role ${brief(name)} ${await placeInWords(api, project)}, which grants ${grants}?`;
  },
  async run({ api, project }, { user, role }) {
    const { id: user_id, name } = await userOf(api, user);
    const found = await roleOf(api, role);
    const body = { role_id: found.id, project_id: project ?? null };
    const { id } = await api.call(assignments.assignRole, { user_id, body });
    return record({
      user: named(name),
      role: named(found.name),
      project: placeOf(project),
      grants: found.permissions,
      assignment_id: id ?? null,
    });
  },
});
