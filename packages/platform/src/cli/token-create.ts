import { permissions } from "@platform-mcp/client/contract";
import { issueToken } from "../access/tokens.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { projectIdOf, userNamed } from "./look-up.ts";
import { operate } from "./operate.ts";

export const tokenCreate = defineCommand({
  name: "token create",
  synopsis: "--name NAME [--user USER] [--scopes A,B] [--project OWNER/NAME] [--expires-in-days N]",
  description: `Make a token and print it: it cannot be seen again. Without scopes it may do what its user may. It ends after
90 days unless told otherwise.`,
  options: {
    name: { type: "string" },
    user: { type: "string", default: "admin" },
    scopes: { type: "string", default: "" },
    project: { type: "string" },
    "expires-in-days": { type: "string", default: "90" },
  },
  run: async (config, { name, user: userName, project, ...flags }) => {
    if (name === undefined) throw new UserError("token create needs --name, so that people can tell tokens apart");
    const expiresInDays = Number(flags["expires-in-days"]);
    if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > 365) {
      throw new UserError("--expires-in-days must be a whole number from 1 to 365");
    }
    const scopes = scopesOf(flags.scopes);
    const token = await operate(config, "token create", async (db, record) => {
      const user = await userNamed(db, userName);
      if (!user.is_active) throw new UserError(`${userName} is not active`);
      const projectId = await projectIdOf(db, project);
      const { token: secret, ...issued } = await issueToken(db, {
        userId: user.id,
        name,
        scopes,
        projectId,
        expiresInDays,
      });
      await record({ resource: "token", id: issued.id, project: projectId, after: { ...issued, user_id: user.id } });
      return secret;
    });
    process.stdout.write(`${token}\n`);
  },
});

function scopesOf(list: string): readonly string[] {
  const scopes = list.split(",").filter((scope) => scope !== "");
  const known: readonly string[] = permissions;
  const unknown = scopes.filter((scope) => !known.includes(scope));
  if (unknown.length > 0)
    throw new UserError(`unknown scope ${unknown.join(", ")}; there are: ${permissions.join(", ")}`);
  return scopes;
}
