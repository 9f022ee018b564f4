import { users } from "@platform-mcp/client/contract";
import { setPassword } from "../access/passwords.ts";
import { endSessions } from "../access/sessions.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { firstProblem } from "./first-problem.ts";
import { userNamed } from "./look-up.ts";
import { operate } from "./operate.ts";
import { readPassword } from "./read-password.ts";

export const userSetPassword = defineCommand({
  name: "user set-password",
  synopsis: "NAME [--password-stdin]",
  description: `Give a user another password, and end their login sessions. It is asked for on a terminal, read from the first
line of standard input, or made up and printed.`,
  options: { "password-stdin": { type: "boolean" } },
  run: async (config, flags, name = "") => {
    const { password, isMadeUp } = await readPassword(flags["password-stdin"]);
    const checked = users.createUser.body.shape.password.safeParse(password);
    if (!checked.success) throw new UserError(firstProblem(checked.error.issues, "the password"));
    await operate(config, "user set-password", async (db, record) => {
      const user = await userNamed(db, name);
      if (user.user_type !== "human") throw new UserError(`${name} is no human: only humans have passwords`);
      await setPassword(db, user.id, password);
      await endSessions(db, user.id);
      await record({ resource: "user", id: user.id, before: {}, after: { password: "new" } });
    });
    if (isMadeUp) process.stdout.write(`password ${password}\n`);
    process.stderr.write(`${name} has a new password\n`);
  },
});
