import { requireGlobally } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import { invalid } from "../problem.ts";

/** From where a deployment's manifests come. */
interface Manifests {
  readonly ops_repo_id?: string | null | undefined;
  readonly manifest_path?: string | null | undefined;
}

/**
 * Whoever has a deployment made from a file of an ops repo may read it: they are the platform's, not the project's. Nothing
 * is asked of one that stays as it is. @throws Problem 403, and 400 for one that is not there
 */
export async function requireOpsRepo(
  db: Queryable,
  caller: Caller,
  { changes, before }: { readonly changes: Manifests; readonly before: Manifests | undefined },
): Promise<void> {
  const { ops_repo_id: id = before?.ops_repo_id, manifest_path: path = before?.manifest_path } = changes;
  if (id === undefined || id === null) return;
  const isSame = id === before?.ops_repo_id;
  if (isSame && path === before.manifest_path) return;
  await requireGlobally(db, caller, "deploy:read");
  if (isSame) return;
  const repo = await db.selectFrom("ops_repos").where("id", "=", id).select("id").executeTakeFirst();
  if (repo === undefined) throw invalid("ops_repo_id", "there is no such ops repo");
}
