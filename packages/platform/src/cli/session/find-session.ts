import type { PlatformClient } from "@platform-mcp/client";
import { sessions } from "@platform-mcp/client/contract";
import { UserError } from "../../user-error.ts";
import { allPages } from "./all-pages.ts";
import { findProject, listProjects, type NamedProject } from "./projects.ts";

export interface FoundSession {
  readonly project: NamedProject;
  readonly session: sessions.Session;
}

/**
 * The session with an id, or with one that begins so, in a project or in any.
 * @throws UserError when it is none, there is none, or more than one
 */
export async function findSession(
  client: PlatformClient,
  id: string,
  address: string | undefined,
): Promise<FoundSession> {
  const start = id.toLowerCase();
  if (!/^[0-9a-f-]{4,36}$/.test(start)) {
    throw new UserError(`${id || "nothing"} is no session's id: at least its first 4 digits are needed`);
  }
  const unknown = new UserError(`there is no session ${id} that you may see: platform session list shows them`);
  const found: FoundSession[] = [];
  const where = address === undefined ? listProjects(client) : [await findProject(client, address)];
  for await (const project of where) {
    for await (const session of listSessions(client, project)) {
      if (session.id === start) return { project, session };
      if (session.id.startsWith(start)) found.push({ project, session });
    }
  }
  const [first, second] = found;
  if (first === undefined) throw unknown;
  if (second === undefined) return first;
  const ids = found.map(({ session }) => session.id);
  throw new UserError(`several sessions begin with ${id}: ${ids.slice(0, 10).join(", ")}`);
}

/** The sessions of a project, the newest first. */
export function listSessions(client: PlatformClient, { id }: NamedProject, status?: sessions.SessionStatus) {
  return allPages((page) =>
    client.call(sessions.listSessions, { ...page, project_id: id, ...(status !== undefined && { status }) }),
  );
}
