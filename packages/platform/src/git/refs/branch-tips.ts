import { readGit } from "../git.ts";
import type { Repository } from "../repository.ts";

/**
 * The commits of branches, by name, in the order asked; undefined for each that does not exist. Names are compared as
 * they are: what would mean something to git (`main~1`, `ma*n`) is no branch.
 */
export async function branchTips(
  repository: Repository,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(string | undefined)[]> {
  const refs = names.map((name) => `refs/heads/${name}`);
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", ...refs];
  const lines = (await readGit(args, { repository, signal })).split("\n");
  return refs.map((ref) => lines.find((line) => line.slice(41) === ref)?.slice(0, 40));
}
