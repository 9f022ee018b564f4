import { RunnerError } from "../runner-error.ts";
import type { Git } from "./git.ts";

/** Makes sure that there is a clone with a remote to push to. @throws RunnerError */
export async function requireClone(git: Git, workspace: string): Promise<void> {
  const top = await git(["rev-parse", "--show-toplevel"]).catch((error: unknown) => {
    throw new RunnerError(
      "configuration",
      `${workspace} is not a git work tree (${error instanceof Error ? error.message : error}): clone the repository there, or set WORKSPACE`,
    );
  });
  if ((await git(["remote"])).split("\n").includes("origin")) return;
  throw new RunnerError("configuration", `${top} has no remote origin: the work could not be pushed`);
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
