import type { Repositories } from "../../git/repositories.ts";

/** What it takes to deploy what a pipeline made. */
export interface DeployServices {
  readonly repositories: Repositories;
  /** Where images are pushed, as their names begin. */
  readonly registry: string;
  /** Whether the runtime runs commits, see `Workloads`. */
  readonly runsCommits: boolean;
  /** How long a preview is kept after a push, in hours. */
  readonly previewTtlHours: number;
  /** How many previews a project may have. */
  readonly maxPreviews: number;
}
