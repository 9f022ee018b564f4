import type { Queryable } from "../../db/queryable.ts";
import type { ProjectRow } from "../../db/schema.ts";

/** Whether all of a branch has been merged into the default branch by a merge request, and nothing pushed to it since. */
export async function hasBeenMerged(
  db: Queryable,
  project: Pick<ProjectRow, "id" | "default_branch">,
  branch: string,
): Promise<boolean> {
  const merged = await db
    .selectFrom("merge_requests")
    .where("merge_requests.project_id", "=", project.id)
    .where("source_branch", "=", branch)
    .where("target_branch", "=", project.default_branch)
    .where("status", "=", "merged")
    .where("head_sha", "=", ({ selectFrom }) =>
      selectFrom("recorded_refs")
        .where("project_id", "=", project.id)
        .where("ref", "=", `refs/heads/${branch}`)
        .select("sha"),
    )
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return merged !== undefined;
}
