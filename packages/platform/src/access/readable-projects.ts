import { sql } from "kysely";
import { areUnrestricted, type Caller } from "./caller.ts";
import { isLive } from "./grants.ts";

/**
 * The rule of effectivePermissions for `project:read`, as a condition on rows of `projects`: a list cannot ask for each
 * of a million projects. A property test holds the two against each other.
 *
 * `source` holds everybody from whom the permission may come to the user by delegations, each with the one project to
 * which those bind it (null for none); at first the user themselves.
 */
export function readableBy({ user, token }: Caller) {
  if (!areUnrestricted(token.scopes) && !token.scopes.includes("project:read")) return sql<boolean>`false`;
  const inTokensProject = token.project_id === null ? sql`true` : sql`projects.id = ${token.project_id}`;
  return sql<boolean>`(${inTokensProject} and exists (
    with recursive source (user_id, project_id) as (
      select ${user.id}::uuid, null::uuid
      union
      select d.delegator_id, coalesce(d.project_id, source.project_id)
      from source
      join delegations d on d.delegate_id = source.user_id and ${isLive}
        and (d.project_id is null or source.project_id is null or d.project_id = source.project_id)
      join users delegate on delegate.id = d.delegate_id and delegate.is_active
      join permissions on permissions.id = d.permission_id and permissions.name = 'project:read'
    )
    select from source
    join users holder on holder.id = source.user_id and holder.is_active and holder.user_type <> 'agent'
    where (source.project_id is null or source.project_id = projects.id)
      and (
        projects.visibility <> 'private'
        or projects.owner_id = holder.id
        or exists (
          select from user_roles
          join role_permissions using (role_id)
          join permissions on permissions.id = role_permissions.permission_id and permissions.name = 'project:read'
          where user_roles.user_id = holder.id
            and (user_roles.project_id is null or user_roles.project_id = projects.id)
        )
      )
  ))`;
}
