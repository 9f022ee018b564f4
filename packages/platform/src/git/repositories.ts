import { join } from "node:path";
import type { Repository } from "./repository.ts";

/** Where the platform keeps its repositories: one directory a project, by id, so that names can change and be reused. */
export interface Repositories {
  of(projectId: string): Repository;
}

export function repositoriesIn(dataDirectory: string): Repositories {
  return { of: (projectId) => ({ path: join(dataDirectory, "repositories", `${projectId}.git`) }) };
}
