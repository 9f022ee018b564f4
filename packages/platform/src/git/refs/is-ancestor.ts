import { readGit } from "../git.ts";
import { GitError } from "../git-error.ts";
import type { Repository } from "../repository.ts";

/**
 * Whether a commit is the other one or part of its history.
 *
 * @param environment where git looks for objects besides, such as a push's quarantine
 */
export async function isAncestor(
  repository: Repository,
  commit: string,
  of: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  try {
    await readGit(["merge-base", "--is-ancestor", commit, of], { repository, environment });
    return true;
  } catch (error) {
    if (error instanceof GitError && error.code === 1) return false;
    throw error;
  }
}
