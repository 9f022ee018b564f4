import type { Permission } from "@platform-mcp/client/contract";
import { denied, lastingPermissionsOn } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { ownerPermissions } from "../access/effective-permissions.ts";
import { isLive } from "../access/grants.ts";
import type { Queryable } from "../db/queryable.ts";

/**
 * Refuses to let a caller take over or bring back somebody who may do more than they: whoever sets a password can log
 * in with it. @throws Problem 403
 */
export async function requireDominion(db: Queryable, caller: Caller, userId: string): Promise<void> {
  if (caller.user.user_type === "agent")
    throw denied("admin:users", "an agent cannot act as or bring back another user");
  const own = await lastingPermissionsOn(db, caller, null);
  for (const permission of await permissionsAnywhere(db, userId)) {
    if (own.has(permission)) continue;
    throw denied(permission, "the user may do this somewhere, and who acts on them must hold it themselves everywhere");
  }
}

/** All that a user may be able to do on any project or the whole platform; rather too much than too little. */
async function permissionsAnywhere(db: Queryable, userId: string): Promise<ReadonlySet<Permission>> {
  const rows = await db
    .selectFrom("permissions")
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom("user_roles")
            .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
            .where("user_roles.user_id", "=", userId)
            .whereRef("role_permissions.permission_id", "=", "permissions.id")
            .select("user_roles.id"),
        ),
        eb.exists(
          eb
            .selectFrom("delegations as d")
            .where("d.delegate_id", "=", userId)
            .where(isLive)
            .whereRef("d.permission_id", "=", "permissions.id")
            .select("d.id"),
        ),
      ]),
    )
    .select("name")
    .execute();
  const anywhere = new Set(rows.map(({ name }) => name));
  const owned = await db.selectFrom("projects").where("owner_id", "=", userId).select("id").limit(1).executeTakeFirst();
  if (owned !== undefined) for (const permission of ownerPermissions) anywhere.add(permission);
  return anywhere;
}
