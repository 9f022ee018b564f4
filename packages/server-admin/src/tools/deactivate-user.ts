import { users } from "@platform-mcp/client";
import { definePlatformTool, note, record } from "@platform-mcp/server-kit";
import { user } from "../arguments.ts";
import { findsUsers, userOf } from "../find/find-user.ts";
import { inWords, userOutput, userRow } from "../user.ts";

export const deactivateUser = definePlatformTool({
  name: "deactivate_user",
  title: "Deactivate user",
  description: "Deactivate a user or service account: ends their sessions, tokens and delegations at once.",
  risk: "destructive",
  idempotent: true,
  input: { user },
  output: userOutput,
  uses: [...findsUsers, users.deactivateUser],
  needs: ["admin:users"],
  async confirmation({ api }, { user }) {
    return `Deactivate ${inWords(await userOf(api, user))}, and end their sessions, tokens and delegations at once?`;
  },
  async run({ api }, { user }) {
    // Some platforms say that they deactivated somebody who is not there.
    const found = await userOf(api, user);
    await api.call(users.deactivateUser, { user_id: found.id });
    return [
      record({ ...userRow(found), active: false }),
      note("update_user with reactivate=true lets them in again with their roles; tokens and delegations stay ended."),
    ];
  },
});
