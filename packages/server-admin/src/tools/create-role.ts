import { type Permission, type ResponseOf, roles } from "@platform-mcp/client";
import { type Api, definePlatformTool, note, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { afterFirst } from "../after-first.ts";
import { description, permissions } from "../arguments.ts";
import { permissionsOf, roleOutput, roleRow } from "../role.ts";

export const createRole = definePlatformTool({
  name: "create_role",
  title: "Create role",
  description: "Create a role of permissions that you hold. Nobody has it yet.",
  risk: "write",
  input: { name: z.string().min(1).max(255), description: description.optional(), permissions },
  output: roleOutput,
  uses: [roles.createRole, roles.setRolePermissions, roles.listRolePermissions],
  async run({ api }, body) {
    const created = await api.call(roles.createRole, { body });
    const granted = created.permissions ?? (await grantApart(api, created, body.permissions));
    const missing = body.permissions.filter((permission) => !granted.includes(permission));
    const next =
      missing.length === 0
        ? "assign_role gives it to somebody."
        : `It does not grant ${missing.join(", ")}: this platform left that out.`;
    return [record(roleRow({ ...created, permissions: granted })), note(next)];
  },
});

/** Some platforms make a role of nothing, whatever it is to grant, and leave out what they do not know. */
async function grantApart(
  api: Api,
  { id, name }: ResponseOf<typeof roles.createRole>,
  permissions: readonly Permission[],
): Promise<Permission[]> {
  if (permissions.length === 0) return [];
  const done = `The role ${quoteName(name)} was made and grants nothing: update_role with role=${id} sets what it grants.`;
  await afterFirst(
    done,
    api.call(roles.setRolePermissions, { role_id: id, body: { permissions: [...new Set(permissions)] } }),
  );
  return await permissionsOf(api, id);
}
