import { readGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import type { Repository } from "./repository.ts";

/** The commit where two histories parted (git's choice when there are several), or null when they share none. */
export async function mergeBase(
  repository: Repository,
  commits: readonly [string, string],
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return (await readGit(["merge-base", ...commits], { repository, signal })).trimEnd();
  } catch (error) {
    if (error instanceof GitError && error.code === 1) return null;
    throw error;
  }
}
