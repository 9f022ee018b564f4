import { roles } from "@platform-mcp/client";
import { bareArrayPage, definePlatformTool, ifOffered, limit, list, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { roleOutput, roleRow, withPermissions } from "../role.ts";

export const listRoles = definePlatformTool({
  name: "list_roles",
  title: "List roles",
  description: "List the platform's roles with what they grant, and every permission there is.",
  risk: "read",
  input: { limit, offset },
  output: {
    roles: z.array(z.object(roleOutput)),
    permissions: z.array(z.object({ permission: z.string(), allows: z.string().nullable() })),
  },
  lists: ["role"],
  uses: [roles.listRoles, roles.listRolePermissions, roles.listPermissions],
  async run({ api }, page) {
    const { items, hasMore } = await bareArrayPage((part) => api.call(roles.listRoles, part), page);
    const rows = await Promise.all(items.map((role) => withPermissions(api, role)));
    const known = page.offset > 0 ? undefined : await ifOffered(api, api.call(roles.listPermissions, { limit: 100 }));
    return [
      list({
        of: "roles",
        items: rows.map(roleRow),
        offset: page.offset,
        hasMore,
        share: 0.8,
        next: (next) => `list_roles with offset=${next}`,
        empty: "create_role makes one.",
      }),
      ...(known === undefined ? [] : [permissionsPart(known)]),
    ];
  },
});

function permissionsPart(known: readonly { readonly name: string; readonly description: string | null }[]) {
  return list({
    of: "permissions",
    items: known.map(({ name, description }) => ({ permission: name, allows: description })),
    next: () => "there is no way to see more of them",
    empty: "",
  });
}
