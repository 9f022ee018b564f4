import { users } from "@platform-mcp/client/contract";
import { setPassword } from "../access/passwords.ts";
import { assignRole } from "../access/role-assignments.ts";
import { UserError } from "../user-error.ts";
import { insertUser } from "../users/queries.ts";
import { defineCommand } from "./define-command.ts";
import { firstProblem } from "./first-problem.ts";
import { roleNamed } from "./look-up.ts";
import { operate } from "./operate.ts";
import { readPassword } from "./read-password.ts";

export const userCreate = defineCommand({
  name: "user create",
  synopsis: "NAME [--email ADDRESS] [--display-name TEXT] [--role ROLE] [--service-account] [--password-stdin]",
  description: `Make a user, who can do nothing without a role, and print the id. The password is asked for on a terminal, read
from the first line of standard input, or made up and printed; a service account has none, only tokens.`,
  options: {
    email: { type: "string" },
    "display-name": { type: "string" },
    role: { type: "string" },
    "service-account": { type: "boolean" },
    "password-stdin": { type: "boolean" },
  },
  run: async (config, flags, name = "") => {
    const isHuman = flags["service-account"] !== true;
    const parsed = users.createUser.body.safeParse({
      name,
      email: flags.email ?? `${name}@localhost`,
      display_name: flags["display-name"],
      user_type: isHuman ? "human" : "service_account",
    });
    if (!parsed.success) throw new UserError(firstProblem(parsed.error.issues));
    const given = isHuman ? await readPassword(flags["password-stdin"]) : undefined;
    const password = users.createUser.body.shape.password.safeParse(given?.password);
    if (!password.success) throw new UserError(firstProblem(password.error.issues, "the password"));
    const { password: _, ...row } = parsed.data;
    const id = await operate(config, "user create", async (db, record) => {
      const user = await insertUser(db, row);
      if (password.data !== undefined) await setPassword(db, user.id, password.data);
      await record({ resource: "user", id: user.id, after: { ...user } });
      if (flags.role !== undefined) {
        const role = await roleNamed(db, flags.role);
        const assignment = await assignRole(db, { userId: user.id, role, projectId: null, grantedBy: null });
        const after = { user_id: user.id, role_id: role.id, role_name: role.name };
        await record({ resource: "role_assignment", id: assignment, after });
      }
      return user.id;
    });
    process.stdout.write(`${id}\n`);
    if (given?.isMadeUp === true) process.stdout.write(`password ${given.password}\n`);
  },
});
