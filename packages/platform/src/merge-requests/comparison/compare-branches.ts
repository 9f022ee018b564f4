import { countCommits } from "../../git/count-commits.ts";
import type { GitOptions } from "../../git/git.ts";
import { mergeBase } from "../../git/merge-base.ts";
import type { Repository } from "../../git/repository.ts";
import { type MergedTree, mergeTrees } from "./merge-trees.ts";

/** How the heads of two branches stand to each other. */
export interface BranchComparison {
  /** Where the two parted; null when they share no history, and then they cannot be merged. */
  readonly baseSha: string | null;
  /** Commits that the source has and the target has not, and the other way round. */
  readonly ahead: number;
  readonly behind: number;
  /** What merging them gives; undefined when they share no history. */
  readonly merged: MergedTree | undefined;
}

export type CompareBranches = (repository: Repository, target: string, head: string) => Promise<BranchComparison>;

/** Compares two commits, and merges them without moving any branch. The tree of the merge stays in the repository. */
export async function compareBranches(
  repository: Repository,
  target: string,
  head: string,
  objects?: Pick<GitOptions, "environment" | "settings">,
): Promise<BranchComparison> {
  const [baseSha, { ahead, behind }] = await Promise.all([
    mergeBase(repository, [target, head]),
    countCommits(repository, target, head),
  ]);
  return { baseSha, ahead, behind, merged: await merge() };

  async function merge(): Promise<MergedTree | undefined> {
    if (baseSha === null) return undefined;
    // One has all of the other: the result is that one's.
    if (baseSha === target) return { tree: `${head}^{tree}` };
    if (baseSha === head) return { tree: `${target}^{tree}` };
    return await mergeTrees(repository, [target, head], objects);
  }
}
