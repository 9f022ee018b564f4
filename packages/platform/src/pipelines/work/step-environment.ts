/** What a step's environment is made of. */
export interface EnvironmentSource {
  readonly project: { readonly id: string; readonly name: string };
  readonly pipeline: {
    readonly id: string;
    readonly git_ref: string;
    readonly branch: string | null;
  };
  /** Full SHA. */
  readonly commit: string;
  readonly stepName: string;
  /** As the definition gives it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: ReadonlyMap<string, string>;
  /** Where images are pushed, as their names begin. */
  readonly registry: string;
  /** How its programs send telemetry: what is said otherwise counts for more. */
  readonly telemetry: Readonly<Record<string, string>>;
}

/** The variables of a step: its telemetry, secrets, then what the definition says, then what the platform knows better. */
export function stepEnvironment(source: EnvironmentSource): Record<string, string> {
  const { project, pipeline, commit, stepName, environment, secrets, registry, telemetry } = source;
  return {
    ...telemetry,
    ...Object.fromEntries(secrets),
    // What many tools look at. A definition may say otherwise, since for some of them it changes what is an error.
    CI: "true",
    ...environment,
    PLATFORM_PROJECT_ID: project.id,
    PLATFORM_PROJECT_NAME: project.name,
    PROJECT: project.name,
    PIPELINE_ID: pipeline.id,
    STEP_NAME: stepName,
    COMMIT_REF: pipeline.git_ref,
    COMMIT_BRANCH: pipeline.branch ?? pipeline.git_ref.replace(/^refs\/heads\//, ""),
    COMMIT_SHA: commit,
    REGISTRY: registry,
  };
}
