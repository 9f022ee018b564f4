import { roles } from "@platform-mcp/client";
import { type Api, ArgumentError, bareArrayPage, nameList, quoteName } from "@platform-mcp/server-kit";
import * as z from "zod";
import { type Role, withPermissions } from "../role.ts";

/** The endpoints that finding a role may call. */
export const findsRoles = [roles.listRoles, roles.listRolePermissions] as const;

const uuid = z.uuid();

/** Roles that are looked through: more than anybody makes. */
const pageSize = 99;
const maxPages = 5;

/** The role of that name or id, with what it grants. @throws ArgumentError that names those there are */
export async function roleOf(api: Api, wanted: string): Promise<Role> {
  const seen: string[] = [];
  // A role may be named like the id of another.
  const isId = uuid.safeParse(wanted).success;
  for (let offset = 0; offset < pageSize * maxPages; offset += pageSize) {
    const page = { limit: pageSize, offset };
    const { items, hasMore } = await bareArrayPage((part) => api.call(roles.listRoles, part), page);
    const found = items.find(({ id, name }) => (isId ? id === wanted.toLowerCase() : name === wanted));
    if (found !== undefined) return await withPermissions(api, found);
    seen.push(...items.map(({ name }) => name));
    if (!hasMore) break;
  }
  throw new ArgumentError(`there is no role ${quoteName(wanted)}; there are ${nameList(seen, "roles")}`);
}
