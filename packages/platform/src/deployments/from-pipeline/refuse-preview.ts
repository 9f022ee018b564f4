import type { Queryable } from "../../db/queryable.ts";
import { chooseSlug } from "../../workloads/names/choose-slug.ts";
import type { BranchPipeline } from "./image-of.ts";

/** Whether a project has as many previews as it may, beside that of a branch. */
export async function previewsAreFull(db: Queryable, projectId: string, branch: string, most: number) {
  const { others } = await db
    .selectFrom("workloads")
    .where("project_id", "=", projectId)
    .where("kind", "=", "preview")
    .where("removal_reason", "is", null)
    .where("branch", "!=", branch)
    .select(({ fn }) => fn.countAll<number>().as("others"))
    .executeTakeFirstOrThrow();
  return others >= most;
}

/** Notes in its history why a branch gets no preview. In a transaction that has locked the project. */
export async function refusePreview(db: Queryable, pipeline: BranchPipeline, image: string, most: number) {
  const { project_id, branch, commit_sha, triggered_by } = pipeline;
  await db
    .insertInto("workload_history")
    .values({
      ...{ project_id, branch, commit_sha, kind: "preview", image_ref: image, deployed_by: triggered_by },
      workload_id: pipeline.id,
      branch_slug: await chooseSlug(db, project_id, branch),
      ...{ generation: 0, action: "deploy", status: "failure", reason: "limit" },
      message: `The project has ${most} previews already, which is the limit: stop one of them or delete its branch, then start the pipeline of this branch again`,
    })
    .execute();
}
