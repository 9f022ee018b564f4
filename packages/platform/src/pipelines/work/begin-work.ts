import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelineDefinition, StepDefinition } from "../definition/definition.ts";
import { cancelPipeline } from "../state/cancel-pipeline.ts";

/** What is to be done for a claimed step. */
export interface Work {
  readonly claim: Claim;
  readonly name: string;
  /** As they are kept with the pipeline; a step that cannot be found there cannot be run. */
  readonly definition: PipelineDefinition | null;
  readonly step: StepDefinition | undefined;
  readonly project: { readonly id: string; readonly name: string };
  readonly pipeline: {
    readonly id: string;
    readonly git_ref: string;
    readonly branch: string | null;
    readonly commit_sha: string | null;
  };
}

/** Reads what a claimed step needs; undefined when it is no longer to be run. */
export async function beginWork(db: Queryable, claims: Claims, claim: Claim): Promise<Work | undefined> {
  const row = await db
    .selectFrom(
      db.selectFrom("pipeline_steps").where(claims.held(claim)).where("status", "=", "running").selectAll().as("step"),
    )
    .innerJoin("pipelines as pipeline", "pipeline.id", "step.pipeline_id")
    .innerJoin("projects as project", "project.id", "step.project_id")
    .select(["step.name as stepName", "pipeline.id", "git_ref", "branch", "commit_sha"])
    .select(["definition", "project.id as projectId", "project.name as projectName", "project.is_active"])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, git_ref, branch, commit_sha, definition } = row;
  if (!row.is_active) {
    const why = { reason: "cancelled", message: "the project was deleted" } as const;
    await db.transaction().execute((transaction) => cancelPipeline(transaction, id, why));
    return undefined;
  }
  const name = row.stepName;
  const step = definition?.steps.find((other) => other.name === name);
  const project = { id: row.projectId, name: row.projectName };
  return { claim, name, step, definition, project, pipeline: { id, git_ref, branch, commit_sha } };
}
