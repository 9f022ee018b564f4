import type { delegations, ResponseOf } from "@platform-mcp/client";
import { named, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { placeOf } from "./place.ts";

export type Delegation = ResponseOf<typeof delegations.createDelegation>;

export const delegationStates = ["active", "expired", "revoked"] as const;

/** What has become of it: some platforms say only when. */
export function stateOf({ state, revoked_at, expires_at }: Delegation): (typeof delegationStates)[number] {
  if (state !== undefined) return state;
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && Date.parse(expires_at) <= Date.now() ? "expired" : "active";
}

export const delegationOutput = {
  id: z.string(),
  permission: z.string(),
  from: z.string(),
  to: z.string(),
  project: z.string(),
  expires_at: z.string().nullable(),
  state: z.string(),
  reason: z.string().nullable(),
};

export function delegationRow(delegation: Delegation) {
  const { id, permission_name, delegator_name, delegator_id, delegate_name, delegate_id } = delegation;
  return {
    id,
    permission: permission_name,
    from: named(delegator_name ?? delegator_id),
    to: named(delegate_name ?? delegate_id),
    project: placeOf(delegation.project_id),
    expires_at: time(delegation.expires_at),
    state: stateOf(delegation),
    reason: user(delegation.reason),
  };
}
