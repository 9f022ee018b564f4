/** When a step runs; every condition must hold. */
export interface StepCondition {
  /**
   * What must have become of the steps it depends on, or of all others if it names none: `success` of each (the
   * default), `failure` of one, or only that they ended (`always`).
   */
  readonly status: "success" | "failure" | "always";
  /** Branch patterns; empty for any ref. */
  readonly branches: readonly string[];
  /** What started the pipeline; empty for anything. */
  readonly triggers: readonly ("push" | "api" | "mr")[];
}

/** A step as `.platform.yaml` defines it, defaults filled in. */
export interface StepDefinition {
  /** Unique in its pipeline. */
  readonly name: string;
  readonly image: string;
  /** Run by `sh -c`, one after the other until one fails. */
  readonly commands: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Names of steps that must end before it starts. */
  readonly depends_on: readonly string[];
  readonly timeout_minutes: number;
  readonly when: StepCondition;
}

/** What steps leave for later steps and for people. */
export interface ArtifactDefinition {
  readonly name: string;
  /** A file or a directory in the work tree. */
  readonly path: string;
  /** Seconds it is kept; null for as long as the pipeline. */
  readonly expires_seconds: number | null;
}

/** A pipeline as `.platform.yaml` defines it, checked and with its defaults: what is kept with each pipeline. */
export interface PipelineDefinition {
  readonly steps: readonly StepDefinition[];
  readonly artifacts: readonly ArtifactDefinition[];
  readonly on: {
    /** Null for every branch. */
    readonly push: { readonly branches: readonly string[] } | null;
    /** Null for never. */
    readonly mr: { readonly actions: readonly string[] } | null;
  };
  /** Whether a newer pipeline of the branch cancels the ones that have not ended. */
  readonly concurrency: "cancel_previous" | null;
  /** The image that is deployed when the pipeline has succeeded, with its variables; null when it names none. */
  readonly deploy: { readonly image: string } | null;
}
