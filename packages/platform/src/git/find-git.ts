import { readGit } from "./git.ts";
import { GitMissingError } from "./git-missing-error.ts";

/** The first version with `git merge-tree --write-tree`. */
const minimum = [2, 38] as const;

/** The version of the git that is used. Throws `GitMissingError` when there is none, or it is too old. */
export async function findGit(): Promise<{ version: string }> {
  const output = (await readGit(["--version"])).trim();
  const [, version, major, minor] = /^git version ((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  if (version === undefined) throw new GitMissingError(`what is called git on PATH is not git: it answers ${output}`);
  const [wantedMajor, wantedMinor] = minimum;
  const isOld = Number(major) < wantedMajor || (Number(major) === wantedMajor && Number(minor) < wantedMinor);
  if (isOld) throw new GitMissingError(`git ${version} is too old: install git ${minimum.join(".")} or newer`);
  return { version };
}
