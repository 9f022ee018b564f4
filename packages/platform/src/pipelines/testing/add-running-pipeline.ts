import type { Queryable } from "../../db/queryable.ts";

/** Makes a pipeline that has one step, `build`, which runs. */
export async function addRunningPipeline(db: Queryable, projectId: string) {
  const { id: pipelineId } = await db
    .insertInto("pipelines")
    .values({ project_id: projectId, trigger: "api", git_ref: "main", status: "running" })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { pipelineId, stepId: await addRunningStep(db, { projectId, pipelineId, name: "build", order: 0 }) };
}

interface NewStep {
  readonly projectId: string;
  readonly pipelineId: string;
  readonly name: string;
  readonly order: number;
}

/** Adds a step that runs; claimed by nobody, so that the platform's own worker leaves it alone. */
export async function addRunningStep(db: Queryable, { projectId, pipelineId, name, order }: NewStep): Promise<string> {
  const { id } = await db
    .insertInto("pipeline_steps")
    .values({
      project_id: projectId,
      pipeline_id: pipelineId,
      step_order: order,
      name,
      image: "none",
      status: "running",
      attempt: 1,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
