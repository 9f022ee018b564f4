import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { notFound } from "../problem.ts";
import { gitOutput } from "./git.ts";
import { gitTime } from "./git-time.ts";
import { records } from "./records.ts";
import type { Repository } from "./repository.ts";
import { isUnborn, resolveCommit } from "./resolve-commit.ts";
import { treePath } from "./tree-path.ts";

const fields = ["%H", "%s", "%an", "%ae", "%ad", "%cn", "%ce", "%cd"];
/** The largest number that git takes for `--skip`. */
const largestSkip = 2 ** 31 - 1;

/** The commits reachable from `ref`, newest first; none while the branch has no commit. Throws `Problem` 404 otherwise. */
export async function listCommits(
  repository: Repository,
  query: QueryOf<typeof git.listCommits>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.listCommits>> {
  const path = treePath(query.path ?? "");
  const commit = await resolveCommit(repository, query.ref, signal);
  if (commit === undefined) {
    if (await isUnborn(repository, query.ref, signal)) return [];
    throw notFound("commit");
  }
  const page = [`--max-count=${query.limit}`, `--skip=${Math.min(query.offset, largestSkip)}`];
  const format = `--format=${fields.join("%x00")}`;
  const args = ["--literal-pathspecs", "log", "-z", "--no-show-signature", "--date=raw", format, ...page, commit, "--"];
  const values: string[] = [];
  for await (const value of records(gitOutput([...args, ...(path ? [path] : [])], { repository, signal }))) {
    values.push(value);
  }
  const commits: ResponseOf<typeof git.listCommits> = [];
  for (let start = 0; start + fields.length <= values.length; start += fields.length) {
    const [sha = "", message = "", author = "", authorEmail = "", authored = "", committer = "", ...rest] =
      values.slice(start, start + fields.length);
    const [committerEmail = "", committed = ""] = rest;
    commits.push({
      sha,
      message,
      author_name: author,
      author_email: authorEmail,
      authored_at: gitTime(authored),
      committer_name: committer,
      committer_email: committerEmail,
      committed_at: gitTime(committed),
    });
  }
  return commits;
}
