import type { Queryable } from "../../db/queryable.ts";
import { createPipeline } from "../create-pipeline.ts";
import type { ArtifactDefinition, PipelineDefinition, StepDefinition } from "../definition/definition.ts";

interface PipelineSettings {
  readonly projectId: string;
  /** By their names; what is left out is as in a definition that says nothing about it. */
  readonly steps: Readonly<Record<string, Partial<StepDefinition>>>;
  readonly artifacts?: readonly ArtifactDefinition[];
  readonly deploy?: PipelineDefinition["deploy"];
  readonly branch?: string;
  readonly commitSha: string;
}

/** Makes a pipeline without a definition in a repository, and gives its id. */
export async function addPipeline(db: Queryable, settings: PipelineSettings): Promise<string> {
  const { projectId, steps, artifacts = [], deploy = null, branch = "main", commitSha } = settings;
  const definition = {
    steps: Object.entries(steps).map(([name, step]) => ({ ...defaults, ...step, name })),
    ...{ artifacts, on: { push: null, mr: null }, concurrency: null, deploy },
  };
  const ref = { trigger: "push", gitRef: `refs/heads/${branch}`, branch, commitSha, triggeredBy: null } as const;
  const { id } = await db
    .transaction()
    .execute((transaction) => createPipeline(transaction, { ...ref, project: { id: projectId }, definition }));
  return id;
}

const defaults: Omit<StepDefinition, "name"> = {
  ...{ image: "alpine", commands: ["true"], environment: {}, depends_on: [], timeout_minutes: 60 },
  when: { status: "success", branches: [], triggers: [] },
};
