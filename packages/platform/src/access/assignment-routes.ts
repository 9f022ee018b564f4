import { assignments } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound } from "../problem.ts";
import { requireUser } from "../users/queries.ts";
import { requireSeen } from "./authorise.ts";
import { requireHolding } from "./require-holding.ts";
import { assignRole, requireRoleBearer, takeRoles } from "./role-assignments.ts";
import { lockRole, permissionsOfRole } from "./role-queries.ts";

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
    requireRoleBearer(user);
    const project = body.project_id == null ? null : await requireSeen(db, caller, body.project_id);
    const role = await lockRole(db, body.role_id, "share");
    await requireHolding(db, caller, await permissionsOfRole(db, role.id), project);
    const id = await assignRole(db, {
      userId: user.id,
      role,
      projectId: project?.id ?? null,
      grantedBy: caller.user.id,
    });
    const after = { user_id: user.id, role_id: role.id, role_name: role.name };
    audit.record({ resource: "role_assignment", id, project: project?.id ?? null, after });
    return { ok: true, id } as const;
  }),

  implement(assignments.removeRole, async ({ db, params: { user_id, role_id }, audit }) => {
    const taken = await takeRoles(db, (eb) =>
      eb.and([eb("user_id", "=", user_id), eb.or([eb("role_id", "=", role_id), eb("id", "=", role_id)])]),
    );
    if (taken.length === 0) throw notFound("user_role");
    for (const { id, project_id, ...before } of taken) {
      audit.record({ resource: "role_assignment", id, project: project_id, before });
    }
    return { ok: true } as const;
  }),
];
