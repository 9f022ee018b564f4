import type { Queryable } from "../db/queryable.ts";
import { branchTips } from "../git/refs/branch-tips.ts";
import type { Repository } from "../git/repository.ts";
import { conflict, invalid } from "../problem.ts";

interface Pair {
  readonly source_branch: string;
  readonly target_branch: string;
}

/**
 * The commits of two branches that are to be an open merge request's.
 * @throws Problem 400 naming the one that does not exist, or when they are one
 */
export async function requireBranches(
  repository: Repository,
  { source_branch, target_branch }: Pair,
): Promise<{ readonly head: string; readonly target: string }> {
  if (source_branch === target_branch) throw invalid("target_branch", "must be another branch than source_branch");
  const [head, target] = await branchTips(repository, [source_branch, target_branch]);
  if (head === undefined) throw invalid("source_branch", "does not exist: push it first");
  if (target === undefined) throw invalid("target_branch", "does not exist");
  return { head, target };
}

/** Refuses a second open merge request for the same branches; under the repository's lock. @throws Problem 409 */
export async function refuseSecond(db: Queryable, projectId: string, pair: Pair): Promise<void> {
  const open = await db
    .selectFrom("merge_requests")
    .where("project_id", "=", projectId)
    .where("status", "=", "open")
    .where("source_branch", "=", pair.source_branch)
    .where("target_branch", "=", pair.target_branch)
    .select("number")
    .executeTakeFirst();
  if (open !== undefined) throw conflict(`merge request ${open.number} is open for these branches already`);
}
