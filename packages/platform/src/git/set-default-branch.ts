import { invalid } from "../problem.ts";
import { readGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import type { Repository } from "./repository.ts";

/**
 * Makes HEAD name a branch, which clones check out and `HEAD` means; the branch need not exist yet.
 * Throws `Problem` 400 for a name that no branch can have.
 */
export async function setDefaultBranch(repository: Repository, branch: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  try {
    await readGit(["check-ref-format", ref]);
  } catch (error) {
    if (error instanceof GitError) throw invalid("default_branch", "is not a valid branch name");
    throw error;
  }
  await readGit(["symbolic-ref", "HEAD", ref], { repository });
}
