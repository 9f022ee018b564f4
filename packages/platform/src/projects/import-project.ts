import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { projects } from "@platform-mcp/client/contract";
import { recordByOperator } from "../audit/operator.ts";
import type { Queryable } from "../db/queryable.ts";
import { importRepository } from "../git/import-repository.ts";
import type { Repositories } from "../git/repositories.ts";
import { UserError } from "../user-error.ts";
import { type ActiveProject, findProjectByName } from "./queries.ts";

export interface ProjectImport {
  /** An https, http or ssh URL, `host:path`, or a local path. */
  readonly source: string;
  /** The name of the user who will own it. */
  readonly owner: string;
  readonly name: string;
  readonly visibility: ActiveProject["visibility"];
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The name a project gets from where it is imported: the last part of the path, as far as names allow. */
export function projectNameOf(source: string): string {
  const last =
    source
      .replace(/[/\\]+$/, "")
      .replace(/\.git$/, "")
      .split(/[/\\:]/)
      .at(-1) ?? "";
  const name = last.replace(/[^\p{L}\p{N}\-_.]+/gu, "-").replace(/^[.-]+|[.-]+$/g, "");
  return name === "" ? "project" : name.slice(0, 255);
}

/** Copies a git repository into a new project: whole, or not at all. @throws UserError */
export async function importProject(
  db: Queryable,
  repositories: Repositories,
  request: ProjectImport,
): Promise<ActiveProject> {
  const name = projects.createProject.body.shape.name.safeParse(request.name);
  if (!name.success)
    throw new UserError(`${JSON.stringify(request.name)} cannot name a project: it ${name.error.issues[0]?.message}`);
  const owner = await db.selectFrom("users").where("name", "=", request.owner).select("id").executeTakeFirst();
  if (owner === undefined) throw new UserError(`there is no user ${request.owner}`);
  if ((await findProjectByName(db, request.owner, name.data)) !== undefined) {
    throw new UserError(`${request.owner}/${name.data} exists already: choose another name`);
  }
  // The repository first, under an id that nothing names yet: what the row promises is there from its first moment.
  const id = randomUUID();
  const destination = repositories.of(id).path;
  const { defaultBranch } = await importRepository({
    source: request.source,
    destination,
    onProgress: request.onProgress,
    signal: request.signal,
  });
  try {
    const row = {
      id,
      owner_id: owner.id,
      name: name.data,
      visibility: request.visibility,
      default_branch: defaultBranch,
    };
    const created = await db.transaction().execute(async (transaction) => {
      const project = await transaction.insertInto("projects").values(row).returningAll().executeTakeFirstOrThrow();
      const what = { resource: "project", id, project: id, after: { ...project } } as const;
      await recordByOperator(transaction, "platform import", what);
      return project;
    });
    return { ...created, owner_name: request.owner };
  } catch (error) {
    await rm(destination, { recursive: true, force: true });
    throw error;
  }
}
