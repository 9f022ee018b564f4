import { permissionsOfRole } from "../access/role-queries.ts";
import type { Queryable } from "../db/queryable.ts";
import { defineCommand } from "./define-command.ts";
import { userNamed } from "./look-up.ts";
import { listOptions, printList } from "./print-list.ts";
import { withStore } from "./with-store.ts";

export const roleList = defineCommand({
  name: "role list",
  synopsis: "[--user USER] [--json]",
  description: "List the roles there are and what they grant, or those that a user has and where.",
  options: { ...listOptions, user: { type: "string" } },
  run: async (config, { json, user }) => {
    const rows = await withStore(config, async ({ db }) => (user === undefined ? roles(db) : rolesOf(db, user)));
    printList(rows, json);
  },
});

async function roles(db: Queryable) {
  const found = await db.selectFrom("roles").select(["id", "name", "is_system as system"]).orderBy("name").execute();
  return await Promise.all(
    found.map(async ({ id, ...role }) => ({ ...role, permissions: await permissionsOfRole(db, id) })),
  );
}

async function rolesOf(db: Queryable, name: string) {
  const user = await userNamed(db, name);
  const found = await db
    .selectFrom("user_roles")
    .innerJoin("roles", "roles.id", "user_roles.role_id")
    .leftJoin("projects", "projects.id", "user_roles.project_id")
    .leftJoin("users as owner", "owner.id", "projects.owner_id")
    .leftJoin("users as granter", "granter.id", "user_roles.granted_by")
    .where("user_roles.user_id", "=", user.id)
    .select(["roles.name as role", "owner.name as owner", "projects.name as project"])
    .select(["granter.name as granted_by", "user_roles.created_at"])
    .orderBy("roles.name")
    .execute();
  return found.map(({ role, owner, project, ...rest }) => ({
    role,
    where: project === null ? "everywhere" : `${owner}/${project}`,
    ...rest,
  }));
}
