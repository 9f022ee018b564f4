import { delegations } from "@platform-mcp/client";
import { definePlatformTool, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { brief } from "../brief.ts";
import { placeInWords } from "../place.ts";

export const revokeDelegation = definePlatformTool({
  name: "revoke_delegation",
  title: "Revoke delegation",
  description: "End a delegation: from the next request on it grants nothing, nor what was lent on by it.",
  risk: "destructive",
  idempotent: true,
  input: { delegation_id: z.uuid() },
  output: { id: z.string(), state: z.string() },
  uses: [delegations.getDelegation, delegations.revokeDelegation],
  async confirmation({ api }, { delegation_id }) {
    const found = await api.call(delegations.getDelegation, { delegation_id }).catch(() => undefined);
    if (found === undefined) return `End the delegation ${delegation_id}?`;
    const { permission_name, delegator_name, delegator_id, delegate_name, delegate_id, project_id } = found;
    const from = brief(delegator_name ?? delegator_id);
    const to = brief(delegate_name ?? delegate_id);
    return `End the loan of ${permission_name} ${await placeInWords(api, project_id)} from ${from} to ${to}?`;
  },
  async run({ api }, { delegation_id }) {
    await api.call(delegations.revokeDelegation, { delegation_id });
    return record({ id: delegation_id, state: "revoked" });
  },
});
