import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { readGit } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The branches: the default branch first, then the most recently committed to, then by name. */
export async function listBranches(
  repository: Repository,
  defaultBranch: string,
  query: QueryOf<typeof git.listBranches>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.listBranches>> {
  const format = "%(refname:lstrip=2)%00%(objectname)%00%(committerdate:iso-strict)";
  const args = ["for-each-ref", "--sort=refname", "--sort=-committerdate", `--format=${format}`, "refs/heads"];
  const lines = (await readGit(args, { repository, signal })).split("\n").slice(0, -1);
  const branches = lines.map((line) => {
    const [name = "", sha = "", updatedAt = ""] = line.split("\0");
    return { name, sha, updated_at: updatedAt, is_default: name === defaultBranch };
  });
  const ordered = [...branches.filter((each) => each.is_default), ...branches.filter((each) => !each.is_default)];
  return ordered.slice(query.offset, query.offset + query.limit);
}
