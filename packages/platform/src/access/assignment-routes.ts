import { assignments } from "@platform-mcp/client/contract";
import { naming } from "../db/conflicts.ts";
import type { Queryable } from "../db/queryable.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { invalid, notFound } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { requireUser } from "../users/queries.ts";
import { requireSeen } from "./authorise.ts";
import type { Caller } from "./caller.ts";
import { keepAnAdministrator } from "./last-administrator.ts";
import { requireHolding } from "./require-holding.ts";
import { lockRole, permissionsOfRole, type RoleRow } from "./role-queries.ts";

export const assignmentRoutes: readonly Route[] = [
  implement(assignments.listUserRoles, async ({ db, params: { user_id }, query: { limit, offset } }) => {
    await requireUser(db, user_id);
    return await db
      .selectFrom("user_roles")
      .innerJoin("roles", "roles.id", "user_roles.role_id")
      .where("user_id", "=", user_id)
      .select([
        "user_roles.id",
        "role_id",
        "roles.name as role_name",
        "project_id",
        "granted_by",
        "user_roles.created_at",
      ])
      .orderBy("roles.name")
      .orderBy("user_roles.id")
      .limit(limit)
      .offset(offset)
      .execute();
  }),

  implement(assignments.assignRole, async ({ db, caller, params: { user_id }, body, audit }) => {
    const user = await requireUser(db, user_id);
    if (user.user_type === "agent") throw invalid("user_id", "is an agent, which holds only what is delegated to it");
    const project = body.project_id == null ? null : await requireSeen(db, caller, body.project_id);
    const role = await lockRole(db, body.role_id, "share");
    await requireHolding(db, caller, await permissionsOfRole(db, role.id), project);
    const id = await assign(db, { caller, userId: user.id, role, project });
    const after = { user_id: user.id, role_id: role.id, role_name: role.name };
    audit.record({ resource: "role_assignment", id, project: project?.id ?? null, after });
    return { ok: true, id } as const;
  }),

  implement(assignments.removeRole, async ({ db, params: { user_id, role_id }, audit }) => {
    await keepAnAdministrator(db, async () => {
      const removed = await db
        .deleteFrom("user_roles")
        .where("user_id", "=", user_id)
        .where((eb) => eb.or([eb("role_id", "=", role_id), eb("id", "=", role_id)]))
        .returning(["id", "user_id", "role_id", "project_id"])
        .execute();
      if (removed.length === 0) throw notFound("user_role");
      for (const { id, project_id, ...before } of removed) {
        audit.record({ resource: "role_assignment", id, project: project_id, before });
      }
    });
    return { ok: true } as const;
  }),
];

interface Assignment {
  readonly caller: Caller;
  readonly userId: string;
  readonly role: RoleRow;
  readonly project: ActiveProject | null;
}

async function assign(db: Queryable, { caller, userId, role, project }: Assignment): Promise<string> {
  const where = project === null ? "everywhere" : "on this project";
  const { id } = await naming(
    { user_roles_user_id_role_id_project_id_key: `the user has the role ${role.name} ${where} already` },
    db
      .insertInto("user_roles")
      .values({ user_id: userId, role_id: role.id, project_id: project?.id ?? null, granted_by: caller.user.id })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  return id;
}
