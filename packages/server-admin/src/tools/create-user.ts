import { users } from "@platform-mcp/client";
import { definePlatformTool, note, record, secret } from "@platform-mcp/server-kit";
import * as z from "zod";
import { displayName, email } from "../arguments.ts";
import { newPassword } from "../new-password.ts";
import { userOutput, userRow } from "../user.ts";

export const createUser = definePlatformTool({
  name: "create_user",
  title: "Create user",
  description: "Create a user, who may do nothing yet. Agents cannot log in.",
  risk: "write",
  input: {
    name: z.string().min(1).max(255),
    email,
    display_name: displayName.optional(),
    user_type: z.enum(["human", "agent"]).default("human"),
    password: z.string().min(8).max(1024).optional().describe("Made up and shown without it"),
  },
  output: { ...userOutput, password: z.string().optional() },
  uses: [users.createUser],
  async run({ api }, { password, ...fields }) {
    const made = password === undefined && fields.user_type === "human" ? newPassword() : undefined;
    const created = await api.call(users.createUser, { body: { ...fields, password: password ?? made } });
    const next =
      fields.user_type === "agent"
        ? "create_delegation lends them what they may do."
        : "assign_role or create_delegation gives them what they may do.";
    return [
      record({ ...userRow(created), password: made === undefined ? undefined : secret(made) }),
      note(made === undefined ? next : `Hand the password to nobody but them, to be changed at once. ${next}`),
    ];
  },
});
