import type { delegations, Permission, ResponseOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { naming } from "../db/conflicts.ts";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";
import { isLive } from "./grants.ts";

export type Delegation = ResponseOf<typeof delegations.listDelegations>[number];

const state = sql<NonNullable<Delegation["state"]>>`case
  when d.revoked_at is not null then 'revoked' when d.expires_at <= now() then 'expired' else 'active' end`;

function allDelegations(db: Queryable) {
  return db
    .selectFrom("delegations as d")
    .innerJoin("permissions", "permissions.id", "d.permission_id")
    .innerJoin("users as delegator", "delegator.id", "d.delegator_id")
    .innerJoin("users as delegate", "delegate.id", "d.delegate_id")
    .selectAll("d")
    .select([
      "permissions.name as permission_name",
      "delegator.name as delegator_name",
      "delegate.name as delegate_name",
      state.as("state"),
    ]);
}

interface DelegationFilter {
  /** Its delegator or its delegate; undefined for those of everybody. */
  readonly userId: string | undefined;
  readonly state?: Delegation["state"] | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** @throws Problem 404 */
export async function requireDelegation(db: Queryable, id: string): Promise<Delegation> {
  const delegation = await allDelegations(db).where("d.id", "=", id).executeTakeFirst();
  if (delegation === undefined) throw notFound("delegation");
  return delegation;
}

/** A page of delegations, newest first. */
export async function listDelegations(db: Queryable, { userId, ...filter }: DelegationFilter): Promise<Delegation[]> {
  let query = allDelegations(db);
  if (userId !== undefined) {
    query = query.where((eb) => eb.or([eb("d.delegator_id", "=", userId), eb("d.delegate_id", "=", userId)]));
  }
  if (filter.state !== undefined) query = query.where(state, "=", filter.state);
  return await query
    .orderBy("d.created_at", "desc")
    .orderBy("d.id")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
}

export interface NewDelegation {
  readonly delegatorId: string;
  readonly delegateId: string;
  readonly permission: Permission;
  readonly projectId: string | null;
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

/** Makes a delegation. Whether it may be made has been decided before. @throws Problem 409 when the same one is live */
export async function insertDelegation(db: Queryable, delegation: NewDelegation): Promise<Delegation> {
  const { id: permissionId } = await db
    .selectFrom("permissions")
    .where("name", "=", delegation.permission)
    .select("id")
    .executeTakeFirstOrThrow();
  // One that has run out makes room for its successor.
  await db
    .updateTable("delegations")
    .set({ revoked_at: sql<string>`expires_at` })
    .where("delegator_id", "=", delegation.delegatorId)
    .where("delegate_id", "=", delegation.delegateId)
    .where("permission_id", "=", permissionId)
    .where("project_id", "is not distinct from", delegation.projectId)
    .where("revoked_at", "is", null)
    .where("expires_at", "<=", sql<string>`now()`)
    .execute();
  const row = {
    delegator_id: delegation.delegatorId,
    delegate_id: delegation.delegateId,
    permission_id: permissionId,
    project_id: delegation.projectId,
    expires_at: delegation.expiresAt,
    reason: delegation.reason,
  };
  const { id } = await naming(
    { delegations_live: `${delegation.permission} is delegated to this user by you there already: revoke that first` },
    db
      .insertInto("delegations")
      .values({ ...row, revoked_at: null })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  return await requireDelegation(db, id);
}

/** Whom it was from, to and where; undefined when there was none to revoke. */
export async function revokeDelegation(db: Queryable, id: string) {
  return await db
    .updateTable("delegations")
    .set({ revoked_at: sql<string>`now()` })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning(["delegator_id", "delegate_id", "permission_id", "project_id"])
    .executeTakeFirst();
}

/** When the last of the loans of a permission to a user ends, there; null when one has no end. */
export async function loanEndsAt(
  db: Queryable,
  {
    userId,
    permission,
    projectId,
  }: { readonly userId: string; readonly permission: Permission; readonly projectId: string | null },
): Promise<string | null> {
  const loans = await db
    .selectFrom("delegations as d")
    .innerJoin("permissions", "permissions.id", "d.permission_id")
    .where("d.delegate_id", "=", userId)
    .where("permissions.name", "=", permission)
    .where(isLive)
    .where((eb) =>
      projectId === null
        ? eb("d.project_id", "is", null)
        : eb.or([eb("d.project_id", "is", null), eb("d.project_id", "=", projectId)]),
    )
    .select("d.expires_at")
    .orderBy("d.expires_at", (order) => order.desc().nullsFirst())
    .execute();
  return loans[0]?.expires_at ?? null;
}
