import { assignments, type ResponseOf } from "@platform-mcp/client";
import {
  type Api,
  ArgumentError,
  defineAnyProjectTool,
  ifOffered,
  named,
  note,
  quoteName,
  record,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { role, user } from "../arguments.ts";
import { brief } from "../brief.ts";
import { findsRoles, roleOf } from "../find/find-role.ts";
import { findsUsers, userOf } from "../find/find-user.ts";
import { everywhere, placeInWords, placeOf } from "../place.ts";
import { inWords } from "../user.ts";

export const removeRole = defineAnyProjectTool({
  name: "remove_role",
  title: "Remove role",
  description: "Take a role from a user where they have it: on a project, or on all.",
  risk: "destructive",
  idempotent: true,
  input: { user, role },
  output: { user: z.string(), role: z.string(), project: z.string() },
  uses: [...findsUsers, ...findsRoles, assignments.listUserRoles, assignments.removeRole],
  needs: ["admin:users"],
  async confirmation({ api, project }, { user, role }) {
    const whom = inWords(await userOf(api, user));
    const { name } = await roleOf(api, role);
    return `Take from ${whom} the role ${brief(name)} ${await placeInWords(api, project)}?`;
  },
  async run({ api, project }, { user, role }) {
    const who = await userOf(api, user);
    const what = await roleOf(api, role);
    const done = record({ user: named(who.name), role: named(what.name), project: placeOf(project) });
    const listed = await ifOffered(api, api.call(assignments.listUserRoles, { user_id: who.id, limit: 100 }));
    if (listed === undefined) return [done, note(await takeWhole(api, project, { user_id: who.id, role_id: what.id }))];
    const one = listed.find(({ role_id, project_id }) => role_id === what.id && project_id === (project ?? null));
    if (one === undefined) throw new ArgumentError(`${quoteName(who.name)} has no such role there; ${rolesOf(listed)}`);
    await api.call(assignments.removeRole, { user_id: who.id, role_id: one.id });
    return done;
  },
});

/** Where single assignments cannot be told apart. */
async function takeWhole(
  api: Api,
  project: string | undefined,
  one: { readonly user_id: string; readonly role_id: string },
): Promise<string> {
  if (project !== undefined) {
    throw new ArgumentError(
      `this platform takes a role from a user wherever they have it, which is project_id=${everywhere}`,
    );
  }
  await api.call(assignments.removeRole, one);
  return "This platform has taken it wherever they had it, on single projects too.";
}

function rolesOf(listed: ResponseOf<typeof assignments.listUserRoles>): string {
  if (listed.length === 0) return "they have none";
  const shown = listed
    .slice(0, 10)
    .map(({ role_name, project_id }) => `${quoteName(role_name)} (${placeOf(project_id)})`);
  return `they have ${shown.join(", ")}${listed.length > shown.length ? " and more" : ""}`;
}
