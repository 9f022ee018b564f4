import { denied, permissionsOn, requireOnProject } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { isLive } from "../access/grants.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ActiveProject } from "../projects/queries.ts";
import type { LockedSession } from "./lock-session.ts";

/** Who asked for a session may stop it, and who may write to its project. @throws Problem 403 */
export async function requireSay(
  db: Queryable,
  caller: Caller,
  project: ActiveProject,
  session: Pick<LockedSession, "user_id">,
): Promise<void> {
  if (session.user_id !== caller.user.id) await requireOnProject(db, caller, "project:write", project.id);
}

/**
 * Whoever tells an agent what to do acts with what the agent was lent, and prolongs it by giving it more time. So they
 * must hold all of that themselves, by the credential that they use: otherwise an administrator's agent, or a token for
 * reading, would be everything that the agent may do. What others lend an agent, they lend to who asked for it as well.
 * @throws Problem 403 naming what is missing
 */
export async function requireCommand(
  db: Queryable,
  caller: Caller,
  project: ActiveProject,
  session: Pick<LockedSession, "user_id" | "agent_user_id">,
): Promise<void> {
  await requireSay(db, caller, project, session);
  let lent = db
    .selectFrom("delegations as d")
    .innerJoin("permissions", "permissions.id", "d.permission_id")
    .where("d.delegate_id", "=", session.agent_user_id)
    // What the requester lends is given new life by a launch, and by an extension: that it has run out is no end of it.
    .where("d.revoked_at", "is", null)
    .where((eb) => eb.or([eb("d.delegator_id", "=", session.user_id), isLive]))
    .where((eb) => eb.or([eb("d.project_id", "is", null), eb("d.project_id", "=", project.id)]));
  if (session.user_id === caller.user.id) lent = lent.where("d.delegator_id", "=", caller.user.id);
  const loans = await lent.select(["permissions.name as permission", "d.project_id"]).orderBy("permission").execute();
  const there = await permissionsOn(db, caller, project);
  const everywhere = await permissionsOn(db, caller, null);
  const missing = loans.find(
    ({ permission, project_id }) => !(project_id === null ? everywhere : there).has(permission),
  );
  if (missing === undefined) return;
  throw denied(missing.permission, "the agent was lent it, and who tells an agent what to do must hold it themselves");
}
