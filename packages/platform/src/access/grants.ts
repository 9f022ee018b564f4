import type { Permission } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { Grants, Holder, LiveDelegation } from "./effective-permissions.ts";

/** Neither revoked nor expired, by the database's clock; for a table or alias named `d`. */
export const isLive = sql<boolean>`(d.revoked_at is null and (d.expires_at is null or d.expires_at > now()))`;

interface HolderRow extends Omit<Holder, "roles"> {
  readonly roles: readonly Permission[];
}

/** Everywhere, and on this project; with null only everywhere. Of a column that holds a project. */
export function inPlace(column: string, projectId: string | null) {
  const project = sql.ref(column);
  return projectId === null
    ? sql<boolean>`${project} is null`
    : sql<boolean>`(${project} is null or ${project} = ${projectId})`;
}

/** The names of what a user's roles grant in a place; for a table named `users`. */
function grantedByRoles(projectId: string | null) {
  return sql<Permission[]>`array(
    select permissions.name from user_roles
    join role_permissions using (role_id)
    join permissions on permissions.id = role_permissions.permission_id
    where user_roles.user_id = users.id and ${inPlace("user_roles.project_id", projectId)}
  )`;
}

/**
 * What decides a user's permissions on a project, or with null on the platform as a whole: their roles, the
 * delegations that lead to them, and the roles of whom these come from. Read afresh for every request.
 */
export async function loadGrants(db: Queryable, userId: string, projectId: string | null): Promise<Grants> {
  const { rows } = await sql<HolderRow & { borrows: boolean }>`
    select id, user_type, is_active, ${grantedByRoles(projectId)} as roles, exists (
      select from delegations d
      where d.delegate_id = users.id and ${isLive} and ${inPlace("d.project_id", projectId)}
    ) as borrows
    from users where id = ${userId}
  `.execute(db);
  // Most users borrow nothing, and are spared the search for who lends.
  if (rows[0]?.borrows) return await loadLentGrants(db, userId, projectId);
  return { holders: rows.map(asHolder), delegations: [] };
}

async function loadLentGrants(db: Queryable, userId: string, projectId: string | null): Promise<Grants> {
  const { rows } = await sql<{ delegations: LiveDelegation[]; holders: HolderRow[] }>`
    with recursive chain as (
      select d.delegator_id, d.delegate_id, d.permission_id from delegations d
      where d.delegate_id = ${userId} and ${isLive} and ${inPlace("d.project_id", projectId)}
      union
      select d.delegator_id, d.delegate_id, d.permission_id from delegations d
      join chain on chain.delegator_id = d.delegate_id and chain.permission_id = d.permission_id
      where ${isLive} and ${inPlace("d.project_id", projectId)}
    )
    select
      (
        select coalesce(jsonb_agg(jsonb_build_object(
          'delegator_id', chain.delegator_id, 'delegate_id', chain.delegate_id, 'permission', permissions.name
        )), '[]')
        from chain join permissions on permissions.id = chain.permission_id
      ) as delegations,
      (
        select coalesce(jsonb_agg(jsonb_build_object(
          'id', users.id, 'user_type', users.user_type, 'is_active', users.is_active,
          'roles', ${grantedByRoles(projectId)}
        )), '[]')
        from users where users.id = ${userId} or users.id in (select delegator_id from chain)
      ) as holders
  `.execute(db);
  const { delegations = [], holders = [] } = rows[0] ?? {};
  return { delegations, holders: holders.map(asHolder) };
}

function asHolder({ id, user_type, is_active, roles }: HolderRow): Holder {
  return { id, user_type, is_active, roles: new Set(roles) };
}
