import type { Queryable } from "../../db/queryable.ts";

/** Adds an ops repo, by default one of a host that there is not, which is fetched at no time soon; gives its id. */
export async function addOpsRepo(
  db: Queryable,
  name: string,
  { repo_url = "https://git.example.test/ops.git" }: { readonly repo_url?: string } = {},
): Promise<string> {
  const sync_at = new Date(Date.now() + 86_400_000).toISOString();
  const row = { name, repo_url, branch: "main", path: "/", sync_interval_s: 86_400, sync_at };
  const { id } = await db.insertInto("ops_repos").values(row).returning("id").executeTakeFirstOrThrow();
  return id;
}
