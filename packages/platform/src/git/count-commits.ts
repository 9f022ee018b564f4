import { readGit } from "./git.ts";
import type { Repository } from "./repository.ts";

/** How many commits `head` has that `base` has not, and the other way round. */
export async function countCommits(
  repository: Repository,
  base: string,
  head: string,
  signal?: AbortSignal,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  const args = ["rev-list", "--count", "--left-right", `${base}...${head}`];
  const [behind = 0, ahead = 0] = (await readGit(args, { repository, signal })).split("\t").map(Number);
  return { ahead, behind };
}
