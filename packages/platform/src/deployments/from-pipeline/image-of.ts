import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelinesTable, ProjectRow } from "../../db/schema.ts";
import { expandImage } from "../../pipelines/definition/image-template.ts";
import { webCommand } from "../../runtime/web-command.ts";
import { branchSlug } from "../../workloads/names/branch-slug.ts";
import type { DeployServices } from "./deploy-services.ts";

/** By convention, a step that builds an image with kaniko pushes it there. */
const conventional = "$REGISTRY/$PROJECT:$COMMIT_SHA";

/** A pipeline that has succeeded, of a branch. */
export interface BranchPipeline extends Selectable<PipelinesTable> {
  readonly branch: string;
  readonly commit_sha: string;
}

/**
 * What a pipeline that has succeeded deploys; undefined for nothing. In this order: the commit itself, where commits are
 * run and it says how; the image that its definition names; the image that a step has built by convention.
 *
 * @throws WorkloadError when the commit is gone, and GitError
 */
export async function imageOf(
  db: Queryable,
  { repositories, registry, runsCommits }: Pick<DeployServices, "repositories" | "registry" | "runsCommits">,
  project: Pick<ProjectRow, "id" | "name">,
  { id, branch, commit_sha, definition }: BranchPipeline,
): Promise<string | undefined> {
  if (runsCommits && (await webCommand(repositories.of(project.id), commit_sha)) !== undefined)
    return `git:${commit_sha}`;
  const template = definition?.deploy?.image ?? ((await builtByConvention(db, id)) ? conventional : undefined);
  if (template === undefined) return undefined;
  return expandImage(template, {
    ...{ COMMIT_SHA: commit_sha, PROJECT: project.name, REGISTRY: registry },
    BRANCH_SLUG: branchSlug(branch),
  });
}

async function builtByConvention(db: Queryable, pipelineId: string): Promise<boolean> {
  const step = await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .where("status", "=", "success")
    .where("image", "ilike", "%kaniko%")
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return step !== undefined;
}
