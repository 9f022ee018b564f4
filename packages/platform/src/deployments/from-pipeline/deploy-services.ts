import type { Repositories } from "../../git/repositories.ts";
import type { Settings } from "../../settings/schema.ts";

/** What it takes to deploy what a pipeline made. */
export interface DeployServices {
  readonly repositories: Repositories;
  /** Where images are pushed, as their names begin. */
  readonly registry: string;
  /** Whether the runtime runs commits, see `Workloads`. */
  readonly runsCommits: boolean;
  /** What counts where nobody has set anything. */
  readonly settings: Settings;
}
