import { RunnerError } from "../runner-error.ts";
import type { Git } from "./git.ts";

/** The clone in which a session begins. */
export interface Clone {
  /** Its repository's real path. */
  readonly gitDirectory: string;
  /** The platform's repository. */
  readonly url: string;
  /** Its commit; undefined when there is none. */
  readonly head: string | undefined;
}

/** Makes sure that there is a clone with a remote to push to. @throws RunnerError */
export async function requireClone(git: Git, workspace: string): Promise<Clone> {
  const top = await git(["rev-parse", "--show-toplevel"]).catch((error: unknown) => {
    throw new RunnerError(
      "configuration",
      `${workspace} is not a git work tree (${error instanceof Error ? error.message : error}): clone the repository there, or set WORKSPACE`,
    );
  });
  const url = await git(["remote", "get-url", "origin"]).catch(() => "");
  if (url === "") {
    throw new RunnerError("configuration", `${top} has no remote origin: the work could not be pushed`);
  }
  const head = await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).catch(() => undefined);
  return { gitDirectory: await gitDirectory(git), url, head };
}

/** Whether the repository in the work tree is still the one that was there, and has what it had. */
export async function isStillThere(git: Git, { gitDirectory: known, head }: Clone): Promise<boolean> {
  try {
    if ((await gitDirectory(git)) !== known) return false;
    await git(["remote", "get-url", "origin"]);
    if (head !== undefined) await git(["cat-file", "-e", `${head}^{tree}`]);
    return true;
  } catch {
    return false;
  }
}

function gitDirectory(git: Git): Promise<string> {
  return git(["rev-parse", "--absolute-git-dir"]);
}

/**
 * What the repository tells agents, as the default branch has it: what a branch brings is not believed before it is
 * merged. Undefined when there is nothing.
 */
export async function readInstructions(git: Git): Promise<string | undefined> {
  const branch = await git(["rev-parse", "--abbrev-ref", "refs/remotes/origin/HEAD"]).catch(() => undefined);
  if (branch === undefined) return undefined;
  const text = await git(["show", `${branch}:CLAUDE.md`]).catch(() => "");
  return text.trim() === "" ? undefined : text;
}
