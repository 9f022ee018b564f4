import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { permission } from "./permissions.ts";
import { done, queryBoolean, timestamp, uuid } from "./values.ts";

export const delegationState = z.enum(["active", "expired", "revoked"]);

/** A permission that one user lends another: worth only what its delegator still holds at that moment. */
export const delegation = z.object({
  id: uuid,
  delegator_id: uuid,
  delegator_name: z.string().nullish(),
  delegate_id: uuid,
  delegate_name: z.string().nullish(),
  permission_id: uuid,
  permission_name: permission,
  /** Null means everywhere. */
  project_id: uuid.nullable(),
  expires_at: timestamp.nullable(),
  reason: z.string().nullable(),
  created_at: timestamp,
  revoked_at: timestamp.nullable(),
  state: delegationState.optional(),
});

export const listDelegations = endpoint({
  method: "GET",
  path: "/api/admin/delegations",
  summary: "List the delegations to and from a user, or everybody's, newest first",
  permission: "admin:delegate",
  query: page.extend({
    /** The caller without it. */
    user_id: uuid.optional(),
    /** True: those between any users, in place of one. */
    all: queryBoolean.default(false),
    state: delegationState.optional(),
  }),
  response: z.array(delegation),
});

export const createDelegation = endpoint({
  method: "POST",
  path: "/api/admin/delegations",
  summary: "Lend a permission that the caller holds, everywhere or on one project, until it expires or is revoked",
  permission: "admin:delegate",
  body: z.object({
    delegate_id: uuid,
    permission,
    project_id: uuid.nullish(),
    expires_at: timestamp.nullish(),
    reason: z.string().max(10_000).nullish(),
  }),
  response: delegation,
  status: 201,
});

export const getDelegation = endpoint({
  method: "GET",
  path: "/api/admin/delegations/{delegation_id}",
  summary: "Get a delegation",
  permission: "admin:delegate",
  response: delegation,
});

export const revokeDelegation = endpoint({
  method: "DELETE",
  path: "/api/admin/delegations/{delegation_id}",
  summary: "Revoke a delegation",
  permission: "admin:delegate",
  response: done,
});
