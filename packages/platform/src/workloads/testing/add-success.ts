import type { Queryable } from "../../db/queryable.ts";

/** Notes that a workload came to be healthy as it is wanted now, as whoever looks after it does. */
export async function addSuccess(db: Queryable, id: string): Promise<void> {
  const row = await db.selectFrom("workloads").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
  const { project_id, kind, environment, branch, branch_slug, generation, action, image_ref, deployed_by } = row;
  const { ops_repo_id, manifest_path, commit_sha, values_override } = row;
  await db
    .insertInto("workload_history")
    .values({
      ...{ workload_id: id, project_id, kind, environment, branch, branch_slug, generation, action, image_ref },
      ...{ deployed_by, ops_repo_id, manifest_path, commit_sha, status: "success" },
      values_override: values_override === null ? null : JSON.stringify(values_override),
    })
    .execute();
}
