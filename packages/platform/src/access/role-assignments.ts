import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import { naming } from "../db/conflicts.ts";
import type { Queryable } from "../db/queryable.ts";
import type { Database, UserRow } from "../db/schema.ts";
import { invalid } from "../problem.ts";
import { keepAnAdministrator } from "./last-administrator.ts";
import type { RoleRow } from "./role-queries.ts";

/** @throws Problem 400 for a user who can have no role */
export function requireRoleBearer(user: UserRow): void {
  if (user.user_type === "agent") throw invalid("user_id", "is an agent, which holds only what is delegated to it");
}

export interface NewAssignment {
  readonly userId: string;
  readonly role: RoleRow;
  /** Null means everywhere. */
  readonly projectId: string | null;
  /** Null for the platform's operator. */
  readonly grantedBy: string | null;
}

/** Gives a user a role and gives the assignment's id. @throws Problem 409 when they have it already */
export async function assignRole(db: Queryable, assignment: NewAssignment): Promise<string> {
  const { userId, role, projectId, grantedBy } = assignment;
  const where = projectId === null ? "everywhere" : "on this project";
  const { id } = await naming(
    { user_roles_user_id_role_id_project_id_key: `the user has the role ${role.name} ${where} already` },
    db
      .insertInto("user_roles")
      .values({ user_id: userId, role_id: role.id, project_id: projectId, granted_by: grantedBy })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  return id;
}

/** Takes the roles that are meant. @throws Problem 409 when nobody would be left who could give them back */
export async function takeRoles(
  db: Queryable,
  meant: (eb: ExpressionBuilder<Database, "user_roles">) => Expression<SqlBool>,
) {
  return await keepAnAdministrator(db, () =>
    db
      .deleteFrom("user_roles")
      .where(meant)
      .returning(["id", "user_id", "role_id", "project_id"])
      // As the log names it, also when the role is no more.
      .returning((eb) =>
        eb.selectFrom("roles").whereRef("roles.id", "=", "user_roles.role_id").select("name").as("role_name"),
      )
      .execute(),
  );
}
