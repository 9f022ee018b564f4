import { join } from "node:path";
import type { Repository } from "./repository.ts";

/** Where the platform keeps its repositories: one directory a project, by id, so that names can change and be reused. */
export interface Repositories {
  /** The directory that holds them all. */
  readonly directory: string;
  of(projectId: string): Repository;
}

export function repositoriesIn(dataDirectory: string): Repositories {
  const directory = join(dataDirectory, "repositories");
  return { directory, of: (projectId) => ({ path: join(directory, `${projectId}.git`) }) };
}
