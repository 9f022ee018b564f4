import { permissions } from "@platform-mcp/client/contract";
import { permissionsOn, requireSeen } from "../access/authorise.ts";
import { areUnrestricted, type Caller } from "../access/caller.ts";
import { type IssuedToken, issueToken, type NewToken } from "../access/tokens.ts";
import type { Queryable } from "../db/queryable.ts";
import { invalid } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";

/**
 * Makes a token at somebody's request: never wider than the credential that asks for it, in scopes, project and expiry.
 * @throws Problem 400 naming the value that is too wide
 */
export async function mintToken(db: Queryable, caller: Caller, token: NewToken): Promise<IssuedToken> {
  if (caller.token.project_id !== null && token.projectId !== caller.token.project_id) {
    throw invalid("project_id", `must be ${caller.token.project_id}, the project that the token used here is bound to`);
  }
  const project = token.projectId === null ? null : await requireSeen(db, caller, token.projectId);
  await checkScopes(db, caller, token.scopes, project);
  // A login session is the user themselves; how long it lasts says nothing about their tokens.
  const notAfter = caller.token.kind === "api_token" ? caller.token.expires_at : null;
  return await issueToken(db, { ...token, notAfter });
}

async function checkScopes(
  db: Queryable,
  caller: Caller,
  scopes: readonly string[],
  project: ActiveProject | null,
): Promise<void> {
  const known: ReadonlySet<string> = new Set([...permissions, "*"]);
  const unknown = scopes.filter((scope) => !known.has(scope));
  if (unknown.length > 0) {
    throw invalid("scopes", `unknown scope ${unknown.join(", ")}; there are: ${permissions.join(", ")}, *`);
  }
  if (areUnrestricted(scopes)) {
    if (areUnrestricted(caller.token.scopes)) return;
    const own = caller.token.scopes.join(", ");
    throw invalid("scopes", `exceeds your permissions: name some of ${own}, to which the token used here is limited`);
  }
  const held: ReadonlySet<string> = await permissionsOn(db, caller, project);
  const beyond = scopes.filter((scope) => !held.has(scope));
  if (beyond.length === 0) return;
  const where = project === null ? "everywhere; a token for one project needs project_id" : "on this project";
  throw invalid("scopes", `exceeds your permissions: ${beyond.join(", ")} is not held ${where}`);
}
