import type { ProjectRow } from "../db/schema.ts";
import { readGit } from "../git/git.ts";
import { findObjects } from "../git/objects.ts";
import { refuseRefChange } from "../git/refs/refuse-ref-change.ts";
import type { Repository } from "../git/repository.ts";
import { invalid } from "../problem.ts";

/**
 * What git takes for a branch, and what the runner takes for one from its environment: no white space at all, and no
 * component that is not a file's name, since branches are files until they are packed.
 */
const branchPattern =
  /^(?![-/.@]$|[-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))[^\p{Cc}\s~^:?*[\\;|$`]+(?<![/.])$/u;
/** Bytes: what file systems take, without git's `.lock`. */
const maxComponent = 250;

/** What is wrong with the branch to which an agent's work is to be pushed, by its name alone; undefined: nothing. */
export function branchProblem(
  branch: string,
  project: Pick<ProjectRow, "default_branch" | "allow_agent_push_to_default" | "allow_force_push_to_default">,
): string | undefined {
  if (!branchPattern.test(branch)) return "is not a name that git takes for a branch";
  if (branch.split("/").some((part) => Buffer.byteLength(part) > maxComponent)) {
    return `must not have more than ${maxComponent} bytes between two slashes`;
  }
  const change = { ref: `refs/heads/${branch}`, oldSha: null, newSha: "new", rewrites: false };
  return refuseRefChange(change, project, { user_type: "agent" })?.reason;
}

/** Refuses a branch to which an agent could not push. @throws Problem 400 */
export async function checkBranch(
  repository: Repository,
  branch: string,
  project: Parameters<typeof branchProblem>[1],
  signal: AbortSignal,
): Promise<void> {
  const problem = branchProblem(branch, project);
  if (problem !== undefined) throw invalid("branch", problem);
  const inTheWay = await branchInTheWay(repository, branch, signal);
  if (inTheWay !== undefined) throw invalid("branch", `git cannot have it beside the branch ${inTheWay}`);
}

/** To git, branches are files: none can be the directory of another. */
async function branchInTheWay(
  repository: Repository,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const parts = branch.split("/");
  const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
  const found = await findObjects(
    repository,
    above.map((name) => `refs/heads/${name}`),
    signal,
  );
  const index = found.findIndex((object) => object !== undefined);
  if (index !== -1) return above[index];
  const args = ["for-each-ref", "--count=1", "--format=%(refname:lstrip=2)", `refs/heads/${branch}/`];
  return (await readGit(args, { repository, signal })).trimEnd() || undefined;
}
