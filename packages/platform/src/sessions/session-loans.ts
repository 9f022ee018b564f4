import { type Permission, permissions, type sessions } from "@platform-mcp/client/contract";
import { permissionsOn, requireGlobally, requireOnProject } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { refusedTools } from "./refused-tools.ts";

/** A permission that an agent is to be lent. */
export interface Loan {
  readonly permission: Permission;
  /** On the platform as a whole; otherwise on the session's project only. */
  readonly everywhere: boolean;
}

/** What decides what an agent is lent. */
export interface LoanRequest {
  readonly role: sessions.AgentRole;
  readonly delegate_deploy: boolean;
  readonly delegate_observe: boolean;
}

/** What is governed is the platform as a whole, so nothing of it can be lent for one project. */
const governing = permissions.filter((permission) => permission.startsWith("admin:"));

function wantedLoans({ role, delegate_deploy, delegate_observe }: LoanRequest): readonly Loan[] {
  const onProject: readonly Permission[] = [
    "project:read",
    "project:write",
    ...(delegate_deploy ? (["deploy:read", "deploy:promote"] as const) : []),
    ...(delegate_observe ? (["observe:read"] as const) : []),
  ];
  return [
    ...onProject.map((permission) => ({ permission, everywhere: false })),
    ...(role === "admin" ? governing : []).map((permission) => ({ permission, everywhere: true })),
  ];
}

export interface ChosenLoans {
  readonly loans: readonly Loan[];
  readonly skipped: readonly { readonly permission: Permission; readonly tools: string[] }[];
}

/**
 * What of the wanted permissions an agent gets: those that whoever asks for it holds by the very credential that they
 * use, there; the others are skipped.
 * @throws Problem 403 for a session that would be of no use: who cannot read the project has nothing to be worked on,
 * who does not hold `admin:users` everywhere no administrator's session
 */
export async function chooseLoans(
  db: Queryable,
  caller: Caller,
  project: ActiveProject,
  request: LoanRequest,
): Promise<ChosenLoans> {
  await requireOnProject(db, caller, "project:read", project.id);
  if (request.role === "admin") await requireGlobally(db, caller, "admin:users");
  const held = {
    there: await permissionsOn(db, caller, project),
    everywhere: await permissionsOn(db, caller, null),
  };
  const isHeld = ({ permission, everywhere }: Loan) => held[everywhere ? "everywhere" : "there"].has(permission);
  const wanted = wantedLoans(request);
  return {
    loans: wanted.filter(isHeld),
    skipped: wanted
      .filter((loan) => !isHeld(loan))
      .map(({ permission }) => ({ permission, tools: refusedTools(request.role, permission) })),
  };
}
