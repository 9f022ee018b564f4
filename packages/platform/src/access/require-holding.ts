import type { Permission } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { denied, lastingPermissionsOn } from "./authorise.ts";
import type { Caller } from "./caller.ts";

/** Refuses to let a caller give away for good what they do not hold for good themselves, there. @throws Problem 403 */
export async function requireHolding(
  db: Queryable,
  caller: Caller,
  permissions: readonly Permission[],
  project: ActiveProject | null,
): Promise<void> {
  const held = await lastingPermissionsOn(db, caller, project);
  const missing = permissions.find((permission) => !held.has(permission));
  if (missing === undefined) return;
  const where = project === null ? "on the platform as a whole" : "on this project";
  throw denied(missing, `nobody can grant what they do not hold themselves ${where}, other than on loan`);
}
