import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { notFound } from "../problem.ts";
import { countCommits } from "./count-commits.ts";
import { diffCommits } from "./diff-commits.ts";
import { mergeBase } from "./merge-base.ts";
import type { Repository } from "./repository.ts";
import { resolveCommit } from "./resolve-commit.ts";

/** What `head` changed since it left `base`, as `git diff base...head` shows it. Throws `Problem` 404 for an unknown ref. */
export async function compareRefs(
  repository: Repository,
  query: QueryOf<typeof git.compareRefs>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.compareRefs>> {
  const [base, head] = await Promise.all([
    resolveCommit(repository, query.base, signal),
    resolveCommit(repository, query.head, signal),
  ]);
  if (base === undefined || head === undefined) throw notFound("commit");
  const common = await mergeBase(repository, [base, head], signal);
  const [counts, diff] = await Promise.all([
    countCommits(repository, base, head, signal),
    diffCommits(repository, common ?? base, head, { path: query.path, patchLimit: query.patch_limit, signal }),
  ]);
  return {
    base_sha: base,
    head_sha: head,
    merge_base_sha: common,
    ahead_by: counts.ahead,
    behind_by: counts.behind,
    ...diff,
  };
}
