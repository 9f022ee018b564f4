import { serviceAccounts } from "@platform-mcp/client";
import { defineAnyProjectTool, named, note, record, secret, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { description, displayName, email, permissions } from "../arguments.ts";
import { brief } from "../brief.ts";
import { placeInWords, placeOf } from "../place.ts";
import { userOutput, userRow } from "../user.ts";

export const createServiceAccount = defineAnyProjectTool({
  name: "create_service_account",
  title: "Create service account",
  description: "Create an account for a program, and its token of 365 days, good for a project or for all.",
  risk: "destructive",
  input: {
    name: z.string().min(1).max(255),
    email,
    display_name: displayName.optional(),
    description: description.optional(),
    scopes: permissions.optional().describe("Narrow the token to these permissions"),
  },
  output: {
    ...userOutput,
    token: z.string().nullable(),
    scopes: z.array(z.string()),
    project: z.string(),
    expires_at: z.string().nullable(),
  },
  uses: [serviceAccounts.createServiceAccount],
  async confirmation({ api, project }, { name, scopes = [] }) {
    const where = project === undefined ? "any project" : (await placeInWords(api, project)).replace(/^on /, "");
    const what = scopes.length === 0 ? "all that the account may do" : scopes.join(", ");
    return `Create service account ${brief(name)}, and a token of 365 days for ${what} on ${where}?`;
  },
  async run({ api, project }, { scopes = [], ...account }) {
    // Always with scopes, be there none: it gets no token otherwise, and never can.
    const body = { ...account, scopes, project_id: project ?? null };
    const { user, token } = await api.call(serviceAccounts.createServiceAccount, { body });
    return [
      record({
        ...userRow(user),
        token: token === null ? null : secret(token.token),
        scopes: token?.scopes.map(named) ?? scopes,
        project: placeOf(token?.project_id),
        expires_at: time(token?.expires_at),
      }),
      note("Hand the token to nobody but whom it is for. It may do nothing yet: assign_role gives the account a role."),
    ];
  },
});
