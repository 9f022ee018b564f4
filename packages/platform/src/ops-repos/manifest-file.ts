import { treePath } from "../git/tree-path.ts";

/** What a deployment's manifests are in, unless it says something else. */
const usualFile = "deploy.yaml";

/** The file of a deployment's manifests, as git's trees spell it: below the directory of its ops repo. @throws Problem 400 */
export function manifestFile(directory: string, manifestPath: string | null): string {
  return treePath(`${directory}/${manifestPath ?? usualFile}`);
}
