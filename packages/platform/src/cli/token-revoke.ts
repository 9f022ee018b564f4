import { tokens } from "@platform-mcp/client/contract";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { operate } from "./operate.ts";

export const tokenRevoke = defineCommand({
  name: "token revoke",
  synopsis: "ID",
  description: "End a token at once. ID is as platform token list shows it.",
  options: {},
  run: async (config, _flags, id = "") => {
    const unknown = new UserError(`there is no token with the id ${id}: platform token list shows them`);
    if (!tokens.token.shape.id.safeParse(id).success) throw unknown;
    const name = await operate(config, "token revoke", async (db, record) => {
      const revoked = await db
        .deleteFrom("api_tokens")
        .where("id", "=", id)
        .returning(["user_id", "name", "scopes", "project_id"])
        .executeTakeFirst();
      if (revoked === undefined) throw unknown;
      await record({ resource: "token", id, project: revoked.project_id, before: revoked });
      return revoked.name;
    });
    process.stderr.write(`revoked ${name}\n`);
  },
});
