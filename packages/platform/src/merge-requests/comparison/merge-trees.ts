import { type GitOptions, startGit } from "../../git/git.ts";
import { GitError } from "../../git/git-error.ts";
import { records } from "../../git/records.ts";
import type { Repository } from "../../git/repository.ts";

/** What merging two commits gives: a tree, or the paths that both sides changed differently. */
export type MergedTree = { readonly tree: string } | { readonly conflicts: readonly string[] };

/** Paths in conflict that are listed at most. */
const maxConflicts = 1000;

/**
 * Merges two commits that share a history, as `git merge` would, without a work tree. The merge writes its objects.
 * Attributes of the repository decide nothing: what conflicts must not depend on what is merged.
 *
 * @param objects where and how git keeps the objects, if not as usual in the repository
 */
export async function mergeTrees(
  repository: Repository,
  [target, head]: readonly [target: string, head: string],
  objects: Pick<GitOptions, "environment" | "settings"> = {},
): Promise<MergedTree> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", target, head];
  const git = startGit(args, { repository, ...objects });
  git.stdin.end();
  const output: AsyncIterable<Buffer> = git.stdout;
  const found: string[] = [];
  for await (const record of records(output)) if (found.length <= maxConflicts) found.push(record);
  const { code, stderr } = await git.ended;
  const [tree, ...paths] = found;
  if (tree === undefined || (code !== 0 && code !== 1)) throw new GitError("merge-tree", code, stderr);
  return code === 0 ? { tree } : { conflicts: paths };
}
