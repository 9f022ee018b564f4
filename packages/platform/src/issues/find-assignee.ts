import { effectivePermissions } from "../access/effective-permissions.ts";
import { loadGrants } from "../access/grants.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { invalid } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";

/** Whom a request wants to assign, by id or by name: null for nobody, undefined when it does not say. */
interface Wanted {
  readonly assignee_id?: string | null | undefined;
  readonly assignee?: string | null | undefined;
}

/**
 * The user to assign an issue of the project to: null for nobody, undefined to leave it.
 * @throws Problem 400 when there is no such active user, or they may not read the project
 */
export async function findAssignee(
  db: Queryable,
  project: ActiveProject,
  { assignee_id, assignee }: Wanted,
): Promise<UserRow | null | undefined> {
  if (assignee_id != null && assignee != null) throw invalid("assignee", "is given twice: by id and by name");
  if (assignee_id == null && assignee == null) {
    return assignee_id === undefined && assignee === undefined ? undefined : null;
  }
  const field = assignee == null ? "assignee_id" : "assignee";
  const users = db.selectFrom("users").selectAll().where("is_active", "=", true);
  const user = await (assignee == null
    ? users.where("id", "=", assignee_id ?? "")
    : users.where("name", "=", assignee)
  ).executeTakeFirst();
  if (user === undefined) throw invalid(field, "is no active user");
  if (!(await mayRead(db, user, project))) throw invalid(field, "is nobody who may read the project");
  return user;
}

/** Whether a user, by whatever credential, may read the project. */
async function mayRead(db: Queryable, user: UserRow, project: ActiveProject): Promise<boolean> {
  const token = { id: "", kind: "login_session", name: "", scopes: [], project_id: null, expires_at: null } as const;
  return effectivePermissions({ user, token }, await loadGrants(db, user.id, project.id), project).has("project:read");
}
