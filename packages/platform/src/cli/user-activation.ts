import { UserError } from "../user-error.ts";
import { deactivateUser } from "../users/deactivate.ts";
import { changeUser } from "../users/queries.ts";
import { refuseRevival } from "../users/refuse-revival.ts";
import { defineCommand } from "./define-command.ts";
import { userNamed } from "./look-up.ts";
import { operate } from "./operate.ts";

export const userDeactivate = defineCommand({
  name: "user deactivate",
  synopsis: "NAME",
  description: "End all that a user can do, at once: sessions, tokens and delegations. Their roles stay.",
  options: {},
  run: async (config, _flags, name = "") => {
    await operate(config, "user deactivate", async (db, record) => {
      const user = await userNamed(db, name);
      if (!user.is_active) throw new UserError(`${name} is not active`);
      await deactivateUser(db, user.id);
      await record({ resource: "user", id: user.id, before: { is_active: true }, after: { is_active: false } });
    });
    process.stderr.write(`deactivated ${name}\n`);
  },
});

export const userReactivate = defineCommand({
  name: "user reactivate",
  synopsis: "NAME",
  description: "Let a user log in again, with the roles they have. Tokens have to be made anew.",
  options: {},
  run: async (config, _flags, name = "") => {
    await operate(config, "user reactivate", async (db, record) => {
      const user = await userNamed(db, name);
      if (user.is_active) throw new UserError(`${name} is active`);
      await refuseRevival(db, user);
      await changeUser(db, user.id, { is_active: true });
      await record({ resource: "user", id: user.id, before: { is_active: false }, after: { is_active: true } });
    });
    process.stderr.write(`reactivated ${name}\n`);
  },
});
