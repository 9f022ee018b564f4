import { withIngestKeys } from "../../observe/own/hidden-keys.ts";
import type { OutputSource } from "../../observe/own/output-lines.ts";
import { StartError, type StepPlan } from "../../runtime/runtime.ts";
import { projectSecrets } from "../../secrets/project-secrets.ts";
import type { PipelineDefinition } from "../definition/definition.ts";
import { stepOrder } from "../state/step-order.ts";
import type { Work } from "./begin-work.ts";
import { instrumentedStep } from "./instrumented-step.ts";
import { stepEnvironment } from "./step-environment.ts";
import type { StepServices } from "./step-services.ts";

export interface PreparedStep {
  readonly plan: StepPlan;
  readonly definition: PipelineDefinition;
  readonly timeoutMinutes: number;
  /** What must not show in its log. */
  readonly secrets: readonly string[];
  /** What its output is called among the logs. */
  readonly source: OutputSource;
}

/** Puts together all that a step needs. @throws StartError, and what `projectSecrets` throws */
export async function prepareStep(services: StepServices, work: Work): Promise<PreparedStep> {
  const { db, masterKey, artifacts, repositories, registry } = services;
  const { claim, step, definition, project, pipeline } = work;
  const commit = pipeline.commit_sha;
  if (definition === null || step === undefined || commit === null)
    throw new StartError("its pipeline does not say what it is to run");
  const earlier = definition.artifacts.length === 0 ? [] : [...stepOrder(definition.steps, definition).ancestors(step)];
  const [secrets, inputs] = await Promise.all([
    projectSecrets(db, masterKey, { projectId: project.id, purpose: "pipeline" }),
    artifacts.inputsFor(db, pipeline.id, earlier),
  ]);
  const { name, image, commands, environment } = step;
  const { program, source } = instrumentedStep(work);
  const settings = services.telemetry.settingsFor(program, [...secrets.keys(), ...Object.keys(environment)]);
  const telemetry = { ...settings.environment, ...settings.secrets };
  const plan = {
    ...{ stepId: claim.id, attempt: claim.attempt, pipelineId: pipeline.id, projectId: project.id },
    ...{ name, image, commands, inputs },
    environment: stepEnvironment({
      ...{ project, pipeline, commit, stepName: name, environment, secrets, registry, telemetry },
    }),
    source: { repository: repositories.of(project.id), commit },
    timeoutSeconds: step.timeout_minutes * 60,
  };
  const hidden = withIngestKeys([...secrets.values(), ...Object.values(settings.secrets)]);
  return { plan, definition, timeoutMinutes: step.timeout_minutes, secrets: hidden, source };
}
