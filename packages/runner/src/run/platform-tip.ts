import type { Git } from "./git.ts";

/** Where the clone saw the platform's branch last; undefined if it never did. A push moves it, the agent's own too. */
export async function platformTip(git: Git, branch: string): Promise<string | undefined> {
  return await git(["rev-parse", "--verify", "--quiet", `refs/remotes/origin/${branch}^{commit}`]).catch(
    () => undefined,
  );
}
