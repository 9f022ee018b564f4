import { delegations } from "@platform-mcp/client";
import { defineAnyProjectTool, note, pointInTime, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { permission, user } from "../arguments.ts";
import { delegationOutput, delegationRow } from "../delegation.ts";
import { findsUsers, userIdOf, userOf } from "../find/find-user.ts";
import { placeInWords } from "../place.ts";
import { inWords } from "../user.ts";

/** A time, left as it was written: a person who is asked about the call is asked about the same words each time. */
const expiry = z.string().superRefine((text, context) => {
  for (const { message } of pointInTime.safeParse(text).error?.issues ?? []) context.addIssue(message);
});

export const createDelegation = defineAnyProjectTool({
  name: "create_delegation",
  title: "Create delegation",
  description:
    "Lend a user or agent a permission that you hold, on a project or on all, until it expires or is revoked.",
  risk: "destructive",
  input: {
    user,
    permission,
    expires_at: expiry.optional().describe("Such as +8h; never without it"),
    reason: z.string().max(10_000).optional(),
  },
  output: delegationOutput,
  uses: [...findsUsers, delegations.createDelegation],
  async confirmation({ api, project }, { user, permission, expires_at }) {
    const whom = inWords(await userOf(api, user));
    const until = expires_at === undefined ? "without an end" : `until ${expiryInWords(expires_at)}`;
    return `Lend ${whom} the permission ${permission} ${await placeInWords(api, project)}, ${until}?`;
  },
  async run({ api, project }, { user, expires_at, ...loan }) {
    const body = {
      ...loan,
      delegate_id: await userIdOf(api, user),
      project_id: project ?? null,
      expires_at: expires_at === undefined ? undefined : pointInTime.parse(expires_at),
    };
    const created = await api.call(delegations.createDelegation, { body });
    return [record(delegationRow(created)), note(`revoke_delegation with delegation_id=${created.id} ends it.`)];
  },
});

function expiryInWords(text: string): string {
  return /^[+-]/.test(text.trim()) ? `${quoteName(text.trim())} from now` : quoteName(text);
}
