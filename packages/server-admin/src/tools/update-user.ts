import { users } from "@platform-mcp/client";
import { ArgumentError, definePlatformTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { displayName, email, user } from "../arguments.ts";
import { findsUsers, userOf } from "../find/find-user.ts";
import { inWords, userOutput, userRow } from "../user.ts";

export const updateUser = definePlatformTool({
  name: "update_user",
  title: "Update user",
  description: "Change a user's display name (null clears it) or e-mail, or reactivate them.",
  // To let somebody in again gives them all that their roles grant.
  risk: "destructive",
  idempotent: true,
  input: {
    user,
    display_name: displayName.nullable().optional(),
    email: email.optional(),
    reactivate: z.literal(true).optional(),
  },
  output: userOutput,
  uses: [...findsUsers, users.updateUser],
  needs: ["admin:users"],
  async confirmation({ api }, { user, reactivate }) {
    if (reactivate === undefined) return undefined;
    return `Reactivate ${inWords(await userOf(api, user))}, with the roles that they had?`;
  },
  async run({ api }, { user, reactivate, ...fields }) {
    if (reactivate === undefined && Object.values(fields).every((value) => value === undefined)) {
      throw new ArgumentError("give what is to change: display_name, email or reactivate");
    }
    const { id } = await userOf(api, user);
    const body = { ...fields, ...(reactivate && { is_active: true }) };
    const changed = await api.call(users.updateUser, { user_id: id, body });
    const missed = [
      ...(reactivate && !changed.is_active
        ? ["This platform does not reactivate users: they stayed as they were."]
        : []),
      ...(fields.display_name === null && changed.display_name !== null
        ? ["This platform does not clear a display name: it stayed."]
        : []),
    ];
    return [record(userRow(changed)), ...(missed.length === 0 ? [] : [note(missed.join(" "))])];
  },
});
