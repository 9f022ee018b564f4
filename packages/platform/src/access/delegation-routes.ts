import { delegations, type Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { invalid, notFound } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { requireUser } from "../users/queries.ts";
import { requireGlobally, requireOnProject } from "./authorise.ts";
import type { Caller } from "./caller.ts";
import { insertDelegation, listDelegations, requireDelegation, revokeDelegation } from "./delegation-queries.ts";
import { holdingEndsAt } from "./holding-ends.ts";

export const delegationRoutes: readonly Route[] = [
  implement(delegations.listDelegations, async ({ db, caller, query: { user_id, all, ...filter } }) => {
    if (all && user_id !== undefined) throw invalid("all", "must be left out beside user_id");
    return await listDelegations(db, { ...filter, userId: all ? undefined : (user_id ?? caller.user.id) });
  }),

  implement(delegations.createDelegation, async ({ db, caller, body, audit }) => {
    const { delegate_id, permission, project_id, expires_at, reason } = body;
    if (delegate_id === caller.user.id) throw invalid("delegate_id", "must be somebody else");
    const delegate = await requireUser(db, delegate_id);
    if (!delegate.is_active) throw invalid("delegate_id", "is a deactivated user");
    const expiresAt = expires_at == null ? null : new Date(expires_at).toISOString();
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) throw invalid("expires_at", "must be in the future");
    const project = await requireHeld(db, caller, permission, project_id ?? null);
    await checkLoan(db, caller, { permission, project, expiresAt });
    const created = await insertDelegation(db, {
      delegatorId: caller.user.id,
      delegateId: delegate.id,
      permission,
      projectId: project?.id ?? null,
      expiresAt,
      reason: reason ?? null,
    });
    audit.record({ resource: "delegation", id: created.id, project: created.project_id, after: { ...created } });
    return created;
  }),

  implement(delegations.getDelegation, async ({ db, params: { delegation_id } }) =>
    requireDelegation(db, delegation_id),
  ),

  implement(delegations.revokeDelegation, async ({ db, params: { delegation_id }, audit }) => {
    const revoked = await revokeDelegation(db, delegation_id);
    if (revoked === undefined) throw notFound("delegation");
    const { project_id, ...ids } = revoked;
    // As the log names them, also when they are no more.
    const { permission_name, delegator_name, delegate_name } = await requireDelegation(db, delegation_id);
    const before = { ...ids, permission_name, delegator_name, delegate_name };
    audit.record({ resource: "delegation", id: delegation_id, project: project_id, before });
    return { ok: true } as const;
  }),
];

async function requireHeld(db: Queryable, caller: Caller, permission: Permission, projectId: string | null) {
  if (projectId !== null) return await requireOnProject(db, caller, permission, projectId);
  await requireGlobally(db, caller, permission);
  return null;
}

interface Loan {
  readonly permission: Permission;
  readonly project: ActiveProject | null;
  readonly expiresAt: string | null;
}

/** What is only lent to the caller can be lent on, but not for longer. */
async function checkLoan(db: Queryable, { user }: Caller, { permission, project, expiresAt }: Loan): Promise<void> {
  const end = await holdingEndsAt(db, user, permission, project);
  if (end === null || (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(end))) return;
  throw invalid("expires_at", `must not be after ${end}, when what is lent to you ends`);
}
