import * as z from "zod";
import { permissionsOn } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { findProject } from "../../projects/queries.ts";
import type { Owner } from "../records.ts";
import type { Claim } from "./record-parts.ts";
import type { Sender } from "./sender.ts";

/** Whose a record is, or why it is not taken. */
export type Resolved = Owner | Rejected;

export interface Rejected {
  readonly rejected: string;
  /** Whether it would have been taken from somebody with the permission. */
  readonly isForbidden: boolean;
}

/** Projects, and sessions, that one request may be of. */
const most = 50;

/**
 * Decides whose records are: the project that a record names, else the token's, else that of the session it names, else
 * none, which is the platform itself. Each needs `observe:write` there.
 */
export async function resolveOwners(
  db: Queryable,
  { caller, owner }: Pick<Sender, "caller" | "owner">,
  claims: Iterable<Claim>,
): Promise<(claim: Claim) => Resolved> {
  if (owner !== undefined || caller === undefined) return () => owner ?? { rejected: "", isForbidden: true };
  const distinct = new Map([...claims].map((claim) => [keyOf(claim), claim]));
  const sessions = await sessionsOf(db, [...distinct.values()]);
  const mayWrite = permissionCheck(db, caller);
  const resolved = new Map<string, Resolved>();
  for (const [key, claim] of distinct) {
    resolved.set(key, resolved.size < most ? await resolve(claim, { caller, sessions, mayWrite }) : tooMany);
  }
  return (claim) => resolved.get(keyOf(claim)) ?? tooMany;
}

const tooMany: Resolved = { rejected: `a request may be of ${most} projects and sessions`, isForbidden: false };

function keyOf({ projectId, sessionId }: Claim): string {
  return JSON.stringify([projectId ?? null, sessionId ?? null]);
}

const uuid = z.uuid().toLowerCase();

/** The projects of the sessions that are named, as far as there are such. */
async function sessionsOf(db: Queryable, claims: readonly Claim[]): Promise<ReadonlyMap<string, string>> {
  const ids = claims.flatMap(({ sessionId }) => uuid.safeParse(sessionId).data ?? []).slice(0, most);
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("agent_sessions").where("id", "in", ids).select(["id", "project_id"]).execute();
  return new Map(rows.map(({ id, project_id }) => [id, project_id]));
}

/** Whether the caller may write to a project, asked once for each. */
function permissionCheck(db: Queryable, caller: Caller) {
  const known = new Map<string | null, boolean>();
  return async (projectId: string | null): Promise<boolean> => {
    const before = known.get(projectId);
    if (before !== undefined) return before;
    const project = projectId === null ? null : await findProject(db, projectId);
    const may = project !== undefined && (await permissionsOn(db, caller, project)).has("observe:write");
    known.set(projectId, may);
    return may;
  };
}

interface Facts {
  readonly caller: Caller;
  readonly sessions: ReadonlyMap<string, string>;
  readonly mayWrite: (projectId: string | null) => Promise<boolean>;
}

async function resolve(claim: Claim, { caller, sessions, mayWrite }: Facts): Promise<Resolved> {
  const projectId = claim.projectId === undefined ? undefined : uuid.safeParse(claim.projectId).data;
  const sessionId = claim.sessionId === undefined ? undefined : uuid.safeParse(claim.sessionId).data;
  if (projectId === undefined && claim.projectId !== undefined) return notAnId("platform.project_id");
  if (sessionId === undefined && claim.sessionId !== undefined) return notAnId("platform.session_id");
  const sessionsProject = sessionId === undefined ? undefined : sessions.get(sessionId);
  const named = projectId ?? caller.token.project_id;
  const owner = named ?? sessionsProject ?? null;
  // The same words whether there is no such project or session or none that the caller may know of.
  if (!(await mayWrite(owner))) {
    const where = named === null ? "the platform as a whole (platform.project_id names a project)" : `project ${named}`;
    return { rejected: `observe:write is missing on ${where}`, isForbidden: true };
  }
  if (sessionId !== undefined && sessionsProject !== owner) {
    return { rejected: "platform.session_id is no session of the project", isForbidden: false };
  }
  return { projectId: owner, sessionId: sessionId ?? null };
}

function notAnId(name: string): Resolved {
  return { rejected: `${name} is not a UUID`, isForbidden: false };
}
