import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdatesTable } from "../../db/schema.ts";
import type { Repositories } from "../../git/repositories.ts";
import { createFailedPipeline } from "../create-failed-pipeline.ts";
import { createPipeline } from "../create-pipeline.ts";
import type { PipelineDefinition } from "../definition/definition.ts";
import { DefinitionError, definitionFile } from "../definition/definition-error.ts";
import { readDefinition } from "../definition/read-definition.ts";
import type { PipelineOrigin } from "../pipeline-origin.ts";
import { startsOnMergeRequest, startsOnPush } from "./starts-pipeline.ts";

type RefUpdate = Selectable<RefUpdatesTable>;

/** So often it is tried to read a commit: for a quarter of a minute. */
const maxFailures = 4;

/**
 * Starts the pipelines that follow from a push to a branch, at the commit that was pushed, wherever the branch is by now.
 * Must be in a transaction.
 *
 * @throws what keeps the commit from being read, unless that has happened too often: then its pipeline has failed
 */
export async function followRefUpdate(db: Queryable, repositories: Repositories, update: RefUpdate): Promise<void> {
  const { project_id, ref, new_sha, pusher_id } = update;
  if (new_sha === null || !(await isActive(db, project_id))) return;
  const branch = ref.replace(/^refs\/heads\//, "");
  const project = { id: project_id };
  const origin = { project, gitRef: ref, branch, commitSha: new_sha, triggeredBy: pusher_id };
  const definition = await definitionOf(db, repositories, { ...origin, trigger: "push" }, update.failures);
  if (definition === undefined) return;
  if (startsOnPush(definition, branch)) await createPipeline(db, { ...origin, trigger: "push", definition });
  if (startsOnMergeRequest(definition, "synchronized") && (await hasMergeRequest(db, update, branch)))
    await createPipeline(db, { ...origin, trigger: "mr", definition });
}

/** What the commit says about pipelines; undefined when it says nothing, or what it says has been answered already. */
async function definitionOf(
  db: Queryable,
  repositories: Repositories,
  origin: PipelineOrigin,
  failures: number,
): Promise<PipelineDefinition | undefined> {
  try {
    return await readDefinition(repositories.of(origin.project.id), origin.commitSha);
  } catch (error) {
    if (error instanceof DefinitionError) {
      await createFailedPipeline(db, origin, { reason: "invalid_definition", message: error.message });
      return undefined;
    }
    if (failures < maxFailures) throw error;
    const message = `${definitionFile} could not be read from the commit; the platform's log says why`;
    await createFailedPipeline(db, origin, { reason: "start_failed", message });
    return undefined;
  }
}

async function isActive(db: Queryable, projectId: string): Promise<boolean> {
  const project = db.selectFrom("projects").where("id", "=", projectId).where("is_active", "=", true);
  return (await project.select("id").executeTakeFirst()) !== undefined;
}

/** Whether the branch was the source of an open merge request when it was pushed to: opening one starts its own. */
async function hasMergeRequest(
  db: Queryable,
  { project_id, recorded_at }: RefUpdate,
  branch: string,
): Promise<boolean> {
  const open = await db
    .selectFrom("merge_requests")
    .where("project_id", "=", project_id)
    .where("source_branch", "=", branch)
    .where("status", "=", "open")
    .where("created_at", "<", recorded_at)
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}
