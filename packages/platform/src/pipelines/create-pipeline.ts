import { type Selectable, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { PipelinesTable } from "../db/schema.ts";
import type { PipelineDefinition } from "./definition/definition.ts";
import { originColumns, type PipelineOrigin } from "./pipeline-origin.ts";
import { cancelPipeline } from "./state/cancel-pipeline.ts";
import { settlePipeline } from "./state/settle-pipeline.ts";

export interface NewPipeline extends PipelineOrigin {
  readonly definition: PipelineDefinition;
}

/**
 * Makes a pipeline of a commit with its steps, and lets those start that wait for nothing. Where its definition says so,
 * the pipelines of its branch that have not ended are cancelled. Must be in a transaction.
 */
export async function createPipeline(
  db: Queryable,
  { definition, ...origin }: NewPipeline,
): Promise<Selectable<PipelinesTable>> {
  if (definition.concurrency === "cancel_previous") await supersede(db, origin);
  const { id } = await db
    .insertInto("pipelines")
    .values({ ...originColumns(origin), definition: JSON.stringify(definition) })
    .returning("id")
    .executeTakeFirstOrThrow();
  const steps = definition.steps.map(({ name, image, depends_on }, step_order) => ({
    pipeline_id: id,
    project_id: origin.project.id,
    step_order,
    name,
    image,
    depends_on: [...depends_on],
  }));
  await db.insertInto("pipeline_steps").values(steps).execute();
  await settlePipeline(db, id);
  return await db.selectFrom("pipelines").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
}

/**
 * Cancels what a new pipeline takes the place of: the pipelines of its branch that have not ended. What started another
 * pipeline of the same commit, such as the merge request of a branch beside the push to it, asks for another thing.
 */
async function supersede(db: Queryable, { project, branch, commitSha, trigger }: PipelineOrigin): Promise<void> {
  if (branch === null) return;
  // Of two that are made at once, the second sees the first.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`pipelines ${project.id} ${branch}`}, 0))`.execute(db);
  const superseded = await db
    .selectFrom("pipelines")
    .where("project_id", "=", project.id)
    .where("branch", "=", branch)
    .where("status", "in", ["pending", "running"])
    .where((eb) => eb.or([eb("commit_sha", "!=", commitSha), eb("trigger", "=", trigger)]))
    // In one order, so that no two wait for each other.
    .orderBy("id")
    .select("id")
    .execute();
  for (const { id } of superseded) {
    const message = `a newer pipeline of ${branch} took its place`;
    await cancelPipeline(db, id, { reason: "superseded", message });
  }
}
