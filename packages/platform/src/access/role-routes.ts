import { type Permission, type ResponseOf, roles } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { changeOf } from "../audit/change.ts";
import { given } from "../given.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { conflict, notFound } from "../problem.ts";
import { keepAnAdministrator } from "./last-administrator.ts";
import { permissionDescriptions } from "./permission-descriptions.ts";
import { requireHolding } from "./require-holding.ts";
import { changeRole, insertRole, lockCustomRole, permissionsOfRole, replacePermissions } from "./role-queries.ts";

export const roleRoutes: readonly Route[] = [
  implement(roles.listPermissions, async ({ db, query: { limit, offset } }) => {
    const rows = await db.selectFrom("permissions").selectAll().orderBy("name").limit(limit).offset(offset).execute();
    return rows.map(permissionView);
  }),

  implement(roles.listRoles, async ({ db, query: { limit, offset } }) =>
    db
      .selectFrom("roles")
      .selectAll("roles")
      .select(
        sql<Permission[]>`array(
          select permissions.name from role_permissions
          join permissions on permissions.id = role_permissions.permission_id
          where role_permissions.role_id = roles.id order by permissions.name
        )`.as("permissions"),
      )
      .orderBy("name")
      .limit(limit)
      .offset(offset)
      .execute(),
  ),

  implement(roles.createRole, async ({ db, caller, body: { permissions, ...role }, audit }) => {
    await requireHolding(db, caller, permissions, null);
    const created = await insertRole(db, role);
    await replacePermissions(db, created.id, permissions);
    const answer = { ...created, permissions: await permissionsOfRole(db, created.id) };
    audit.record({ resource: "role", id: created.id, after: answer });
    return answer;
  }),

  implement(roles.updateRole, async ({ db, params: { role_id }, body, audit }) => {
    const role = await lockCustomRole(db, role_id);
    const changed = await changeRole(db, role, given(body));
    audit.record({ resource: "role", id: role_id, ...changeOf(role, changed) });
    return { ...changed, permissions: await permissionsOfRole(db, role_id) };
  }),

  implement(roles.deleteRole, async ({ db, params: { role_id }, audit }) => {
    const role = await lockCustomRole(db, role_id);
    const { users } = await db
      .selectFrom("user_roles")
      .where("role_id", "=", role.id)
      .select((eb) => eb.fn.count<number>("user_id").distinct().as("users"))
      .executeTakeFirstOrThrow();
    if (users > 0)
      throw conflict(`${users} ${users === 1 ? "user has" : "users have"} the role: take it from them first`);
    const permissions = await permissionsOfRole(db, role.id);
    await db.deleteFrom("roles").where("id", "=", role.id).execute();
    audit.record({ resource: "role", id: role.id, before: { ...role, permissions } });
    return { ok: true } as const;
  }),

  implement(roles.listRolePermissions, async ({ db, params: { role_id }, query: { limit, offset } }) => {
    const role = await db.selectFrom("roles").where("id", "=", role_id).select("id").executeTakeFirst();
    if (role === undefined) throw notFound("role");
    const rows = await db
      .selectFrom("role_permissions")
      .innerJoin("permissions", "permissions.id", "role_permissions.permission_id")
      .where("role_id", "=", role_id)
      .select(["permissions.id", "permissions.name"])
      .orderBy("name")
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(permissionView);
  }),

  implement(roles.setRolePermissions, async ({ db, caller, params: { role_id }, body: { permissions }, audit }) => {
    await keepAnAdministrator(db, async () => {
      const role = await lockCustomRole(db, role_id);
      const before = new Set(await permissionsOfRole(db, role.id));
      await requireHolding(
        db,
        caller,
        permissions.filter((permission) => !before.has(permission)),
        null,
      );
      await replacePermissions(db, role.id, permissions);
      const after = { permissions: await permissionsOfRole(db, role.id) };
      audit.record({ resource: "role", id: role.id, before: { permissions: [...before] }, after });
    });
    return { ok: true } as const;
  }),
];

function permissionView({ id, name }: { id: string; name: Permission }) {
  const [resource = "", action = ""] = name.split(":");
  return { id, name, resource, action, description: permissionDescriptions[name] } satisfies ResponseOf<
    typeof roles.listPermissions
  >[number];
}
