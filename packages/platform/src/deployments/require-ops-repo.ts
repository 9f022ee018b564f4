import { requireGlobally } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { invalid } from "../problem.ts";

/**
 * Whoever has a deployment made from an ops repo may read it: they are the platform's, not the project's. Nothing is asked
 * of one that stays as it is. @throws Problem 403, and 400 for one that is not there
 */
export async function requireOpsRepo(
  db: Queryable,
  caller: Caller,
  { wanted, before }: { readonly wanted: string | null | undefined; readonly before: string | null },
): Promise<void> {
  if (wanted === undefined || wanted === null || wanted === before) return;
  await requireGlobally(db, caller, "deploy:read");
  const repo = await db.selectFrom("ops_repos").where("id", "=", wanted).select("id").executeTakeFirst();
  if (repo === undefined) throw invalid("ops_repo_id", "there is no such ops repo");
}
