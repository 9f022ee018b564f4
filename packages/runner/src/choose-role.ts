import { defaultRole, type Role, type Roles } from "./roles.ts";
import { RunnerError } from "./runner-error.ts";

/**
 * The role of a session: the one given, else the default. Empty means none was given.
 * @throws RunnerError that lists the roles there are
 */
export function chooseRole(roles: Roles, given: string | undefined): Role {
  const name = given?.trim() || defaultRole;
  const role = roles.get(name);
  if (role !== undefined) return role;
  throw new RunnerError(
    "usage",
    `there is no role ${JSON.stringify(name)}; the roles are ${[...roles.keys()].join(", ")}`,
  );
}
