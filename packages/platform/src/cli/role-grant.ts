import { assignRole, requireRoleBearer, takeRoles } from "../access/role-assignments.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { projectIdOf, roleNamed, userNamed } from "./look-up.ts";
import { operate } from "./operate.ts";

const where = "It holds everywhere, or on the one project that is named.";

export const roleGrant = defineCommand({
  name: "role grant",
  synopsis: "USER ROLE [--project OWNER/NAME]",
  description: `Give a user a role. ${where}`,
  options: { project: { type: "string" } },
  run: async (config, flags, userName = "", roleName = "") => {
    await operate(config, "role grant", async (db, record) => {
      const user = await userNamed(db, userName);
      requireRoleBearer(user);
      const role = await roleNamed(db, roleName);
      const project = await projectIdOf(db, flags.project);
      const id = await assignRole(db, { userId: user.id, role, projectId: project, grantedBy: null });
      const after = { user_id: user.id, role_id: role.id, role_name: role.name };
      await record({ resource: "role_assignment", id, project, after });
    });
    process.stderr.write(`${userName} is ${roleName} ${flags.project ?? "everywhere"}\n`);
  },
});

export const roleRevoke = defineCommand({
  name: "role revoke",
  synopsis: "USER ROLE [--project OWNER/NAME]",
  description: `Take a role from a user. ${where}`,
  options: { project: { type: "string" } },
  run: async (config, flags, userName = "", roleName = "") => {
    await operate(config, "role revoke", async (db, record) => {
      const user = await userNamed(db, userName);
      const role = await roleNamed(db, roleName);
      const project = await projectIdOf(db, flags.project);
      const taken = await takeRoles(db, (eb) =>
        eb.and([
          eb("user_id", "=", user.id),
          eb("role_id", "=", role.id),
          eb("project_id", "is not distinct from", project),
        ]),
      );
      if (taken.length === 0) throw new UserError(`${userName} is not ${roleName} ${flags.project ?? "everywhere"}`);
      for (const { id, project_id, ...before } of taken) {
        await record({ resource: "role_assignment", id, project: project_id, before });
      }
    });
    process.stderr.write(`${userName} is no longer ${roleName} ${flags.project ?? "everywhere"}\n`);
  },
});
