import { permissionsOn, requireOnProject } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { authenticate } from "../http/authenticate.ts";
import { Problem } from "../problem.ts";
import { type ActiveProject, findProjectByName } from "../projects/queries.ts";

/** The address and the credential of a request that git makes. */
export interface GitRequest {
  readonly owner: string;
  /** With or without `.git`. */
  readonly repository: string;
  /** The `Authorization` header, Basic or Bearer. */
  readonly authorization: string | undefined;
  /** Lets it in once it is known whose it is, or that it is a stranger's. @throws Problem 429 */
  readonly admit: (caller: Caller | undefined) => void;
}

/**
 * The project, for who may fetch from it: anybody if it is public. Strangers without a credential are asked for one, so
 * that git asks its user; everybody else learns only that there is nothing here. @throws Problem 401, 404
 */
export async function authoriseFetch(db: Queryable, request: GitRequest): Promise<ActiveProject> {
  const project = await projectOf(db, request);
  if (request.authorization === undefined && project?.visibility === "public") {
    request.admit(undefined);
    return project;
  }
  const caller = await callerOf(db, request);
  if (project === undefined || !(await permissionsOn(db, caller, project)).has("project:read")) throw noRepository();
  return project;
}

/** The project and who it is, for who may push to it. @throws Problem 401, 404, and 403 for who may only read */
export async function authorisePush(
  db: Queryable,
  request: GitRequest,
): Promise<{ readonly caller: Caller; readonly project: ActiveProject }> {
  const caller = await callerOf(db, request);
  const project = await projectOf(db, request);
  if (project === undefined) throw noRepository();
  const held = await permissionsOn(db, caller, project);
  if (held.has("project:write")) return { caller, project };
  if (!held.has("project:read")) throw noRepository();
  return { caller, project: await requireOnProject(db, caller, "project:write", project.id) };
}

async function projectOf(db: Queryable, { owner, repository }: GitRequest): Promise<ActiveProject | undefined> {
  return await findProjectByName(db, owner, repository.replace(/\.git$/, ""));
}

async function callerOf(db: Queryable, { authorization, admit }: GitRequest): Promise<Caller> {
  const caller = await authenticate(db, authorization);
  admit(caller);
  if (caller !== undefined) return caller;
  throw new Problem(401, "unauthorized", {
    detail: "give a user name and one of that user's tokens as the password",
    headers: { "www-authenticate": 'Basic realm="platform"' },
  });
}

function noRepository(): Problem {
  return new Problem(404, "repository", { detail: "there is no such repository, or you may not see it" });
}
