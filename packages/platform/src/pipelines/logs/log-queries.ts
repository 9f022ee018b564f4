import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { notFound } from "../../problem.ts";
import type { LogState } from "./follow-log.ts";

interface StepAddress {
  readonly projectId: string;
  readonly pipelineId: string;
  readonly stepId: string;
}

/** How the log of a step stands. @throws Problem 404 for a pipeline or step that the project does not have */
export async function findLogState(db: Queryable, { projectId, pipelineId, stepId }: StepAddress): Promise<LogState> {
  const state = await db
    .selectFrom("pipeline_steps")
    .where("id", "=", stepId)
    .where("pipeline_id", "=", pipelineId)
    .where("project_id", "=", projectId)
    .select("log_ref as ref")
    // A claim lasts until the step's process is gone and its log is closed.
    .select(sql<boolean>`status not in ('pending', 'running') and claimed_by is null`.as("isComplete"))
    .executeTakeFirst();
  if (state !== undefined) return state;
  const pipeline = await db
    .selectFrom("pipelines")
    .where("id", "=", pipelineId)
    .where("project_id", "=", projectId)
    .select("id")
    .executeTakeFirst();
  throw notFound(pipeline === undefined ? "pipeline" : "step");
}
