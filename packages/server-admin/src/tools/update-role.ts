import { roles } from "@platform-mcp/client";
import { ArgumentError, definePlatformTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { afterFirst } from "../after-first.ts";
import { description, permissions, role } from "../arguments.ts";
import { brief } from "../brief.ts";
import { findsRoles, roleOf } from "../find/find-role.ts";
import { permissionsOf, type Role, roleOutput, roleRow } from "../role.ts";

export const updateRole = definePlatformTool({
  name: "update_role",
  title: "Update role",
  description:
    "Change what a role grants to everybody who has it, its name or description. Not of the platform's own roles.",
  risk: "destructive",
  idempotent: true,
  input: {
    role,
    permissions: permissions.optional().describe("All that it is to grant"),
    name: z.string().min(1).max(255).optional(),
    description: description.nullable().optional(),
  },
  output: roleOutput,
  uses: [...findsRoles, roles.setRolePermissions, roles.updateRole],
  async confirmation({ api }, { role, ...changes }) {
    return `Change role ${changesInWords(await roleOf(api, role), changes)}, for everybody who has it?`;
  },
  async run({ api }, { role, permissions, ...words }) {
    const hasWords = Object.values(words).some((value) => value !== undefined);
    if (permissions === undefined && !hasWords) {
      throw new ArgumentError("give what is to change: permissions, name or description");
    }
    const found = await roleOf(api, role);
    const role_id = found.id;
    if (permissions !== undefined) {
      await api.call(roles.setRolePermissions, { role_id, body: { permissions: [...new Set(permissions)] } });
    }
    const granted = permissions === undefined ? found.permissions : await permissionsOf(api, role_id);
    const renaming = hasWords ? api.call(roles.updateRole, { role_id, body: words }) : found;
    const changed =
      permissions === undefined || renaming === found
        ? await renaming
        : await afterFirst("What it grants was changed, and nothing else.", Promise.resolve(renaming));
    const missing = permissions?.filter((permission) => !granted.includes(permission)) ?? [];
    return [
      record(roleRow({ ...changed, permissions: granted })),
      ...(missing.length === 0 ? [] : [note(`It does not grant ${missing.join(", ")}: this platform left that out.`)]),
    ];
  },
});

interface Changes {
  readonly permissions?: Role["permissions"] | undefined;
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
}

function changesInWords(
  { name, permissions: now }: Role,
  { permissions, name: renamed, description }: Changes,
): string {
  const added = permissions?.filter((permission) => !now.includes(permission)) ?? [];
  const taken = permissions === undefined ? [] : now.filter((permission) => !permissions.includes(permission));
  const changes = [
    ...(added.length === 0 ? [] : [`grant ${added.join(", ")}`]),
    ...(taken.length === 0 ? [] : [`no longer grant ${taken.join(", ")}`]),
    ...(renamed === undefined ? [] : [`be named ${brief(renamed)}`]),
    ...(description === undefined ? [] : ["have another description"]),
  ];
  return changes.length === 0 ? `${brief(name)} to what it is` : `${brief(name)} to ${changes.join(", ")}`;
}
