import { permissionsOn } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { markChecked } from "../deployments/from-pipeline/next-pipeline.ts";
import type { Repository } from "../git/repository.ts";
import { resolveRef } from "../git/resolve-commit.ts";
import { invalid, Problem } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { createPipeline } from "./create-pipeline.ts";
import { DefinitionError, definitionFile } from "./definition/definition-error.ts";
import { readDefinition } from "./definition/read-definition.ts";

/** Somebody's wish for a pipeline. */
export interface PipelineRequest {
  readonly caller: Caller;
  readonly project: ActiveProject;
  readonly repository: Repository;
  /** A branch, a tag or a commit. */
  readonly gitRef: string;
  readonly signal: AbortSignal;
}

/**
 * Starts a pipeline at a branch, a tag or a commit, whatever its definition starts pipelines on. Of the
 * default branch it deploys something only for whoever may deploy: production may show something else on purpose. Must be
 * in a transaction.
 *
 * @throws Problem 400 when there is no such commit, or no definition in it that can be used
 */
export async function startByHand(db: Queryable, { caller, project, repository, gitRef, signal }: PipelineRequest) {
  const isHead = gitRef === "HEAD" || gitRef === "@";
  const commit = await resolveRef(repository, isHead ? `refs/heads/${project.default_branch}` : gitRef, signal);
  if (commit === undefined) throw invalid("git_ref", "there is no such branch, tag or commit");
  const definition = await readDefinition(repository, commit.sha, signal).catch((error: unknown) => {
    throw error instanceof DefinitionError ? new Problem(400, error.message) : error;
  });
  if (definition === undefined) {
    throw invalid("git_ref", `no ${definitionFile} found at commit ${commit.sha}: add one, commit and push it`);
  }
  const created = await createPipeline(db, {
    project,
    trigger: "api",
    gitRef,
    branch: commit.branch,
    commitSha: commit.sha,
    triggeredBy: caller.user.id,
    definition,
  });
  const isProduction = commit.branch === project.default_branch;
  if (isProduction && !(await permissionsOn(db, caller, project)).has("deploy:promote"))
    await markChecked(db, created.id);
  return created;
}
