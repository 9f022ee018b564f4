import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { readGit } from "./git.ts";
import { gitTime } from "./git-time.ts";
import type { Repository } from "./repository.ts";

/** The branches: the default branch first, then the most recently committed to, then by name. */
export async function listBranches(
  repository: Repository,
  defaultBranch: string,
  query: QueryOf<typeof git.listBranches>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.listBranches>> {
  // Asked for a date, or to sort by it, git dies of one before 1970; the whole line does not go through its calendar.
  const format = "--format=%(refname:lstrip=2)%00%(objectname)%00%(committer)";
  const lines = (await readGit(["for-each-ref", format, "refs/heads"], { repository, signal }))
    .split("\n")
    .slice(0, -1);
  const branches = lines.map((line) => {
    const [name = "", sha = "", committer = ""] = line.split("\0");
    const time = committer.slice(committer.lastIndexOf("> ") + 2);
    const branch = { name, sha, updated_at: gitTime(time), is_default: name === defaultBranch };
    return { branch, rank: branch.is_default ? Number.POSITIVE_INFINITY : Number.parseInt(time, 10) || 0 };
  });
  return branches
    .sort((left, right) => (left.rank === right.rank ? 0 : right.rank - left.rank))
    .slice(query.offset, query.offset + query.limit)
    .map(({ branch }) => branch);
}
