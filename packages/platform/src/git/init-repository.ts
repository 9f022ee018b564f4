import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { invalid } from "../problem.ts";
import { readGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import { newDirectory } from "./new-directory.ts";

/**
 * How every repository is kept: cleaned up by the platform's own schedule alone, the work of running agents not shown
 * to clones (`uploadpack`, as `transfer.hideRefs` would refuse the push too), partial clones allowed.
 */
const layout = `[gc]
	auto = 0
[receive]
	autogc = false
[uploadpack]
	hideRefs = refs/agent-wip
	allowFilter = true
`;

/** Makes an empty bare repository in place; a crash leaves it half-made. */
export async function createRepository(path: string, defaultBranch: string): Promise<void> {
  // Newer versions have other defaults; our SHAs have 40 characters.
  const args = ["init", "--quiet", "--bare", "--template=", "--object-format=sha1"];
  try {
    await readGit([...args, `--initial-branch=${defaultBranch}`, path]);
  } catch (error) {
    if (error instanceof GitError && error.stderr.includes("invalid initial branch name")) {
      throw invalid("default_branch", "is not a valid branch name");
    }
    throw error;
  }
  await appendFile(join(path, "config"), layout);
}

/**
 * Makes an empty bare repository whose HEAD is `defaultBranch`: whole, or not at all.
 * Throws `Problem` 400 for a name that no branch can have, and an error with code `EEXIST` when `path` is taken.
 */
export async function initRepository(path: string, defaultBranch: string): Promise<void> {
  await newDirectory(path, ({ result }) => createRepository(result, defaultBranch));
}
