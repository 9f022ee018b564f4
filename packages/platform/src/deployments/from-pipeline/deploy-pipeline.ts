import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelinesTable, ProjectRow } from "../../db/schema.ts";
import { recordRefUpdates } from "../../git/refs/record-ref-updates.ts";
import { recordedTip } from "../../git/refs/recorded-tip.ts";
import { hasBeenMerged } from "../../previews/life/has-been-merged.ts";
import { WorkloadError } from "../../runtime/workload.ts";
import { readSettings } from "../../settings/read-settings.ts";
import { bringAbout } from "./bring-about.ts";
import type { DeployServices } from "./deploy-services.ts";
import { type BranchPipeline, imageOf } from "./image-of.ts";
import { previewsAreFull, refusePreview } from "./refuse-preview.ts";

/**
 * Deploys what a pipeline that has succeeded made: from the default branch to production, from any other that is still
 * there and not merged as a preview. Nothing follows from tags, from commits that no branch was at, from merge requests of
 * the default branch into another, and where something newer is deployed already. Must be in a transaction.
 *
 * @throws what keeps the repository from being read
 */
export async function deployPipeline(
  db: Queryable,
  services: DeployServices,
  pipeline: Selectable<PipelinesTable>,
): Promise<void> {
  const project = await activeProject(db, pipeline.project_id);
  if (project === undefined || !isOfBranch(pipeline)) return;
  const image = await imageOf(db, services, project, pipeline).catch((error: unknown) => {
    // The branch was moved, and the commit removed.
    if (error instanceof WorkloadError && error.reason === "source_missing") return undefined;
    throw error;
  });
  if (image === undefined) return;
  // What git has by now, though nobody may have recorded it yet.
  await recordRefUpdates(db, services.repositories.of(project.id), project.id);
  if (!(await wasTipOf(db, pipeline))) return;
  // From here on, what is there and how much of it stays so.
  await db.selectFrom("projects").where("id", "=", project.id).select("id").forNoKeyUpdate().execute();
  if (pipeline.branch === project.default_branch) {
    // Whoever opens one changes nothing of the branch: it would bring back what somebody has rolled back.
    if (pipeline.trigger === "mr") return;
    await bringAbout(db, pipeline, image, { environment: "production" });
  } else if (!(await hasBeenMerged(db, project, pipeline.branch))) {
    const { branch } = pipeline;
    const { max_previews, preview_ttl_hours } = await readSettings(db, services.settings);
    if (await previewsAreFull(db, project.id, branch, max_previews))
      await refusePreview(db, pipeline, image, max_previews);
    else await bringAbout(db, pipeline, image, { branch, ttlHours: preview_ttl_hours });
  }
}

function isOfBranch(pipeline: Selectable<PipelinesTable>): pipeline is BranchPipeline {
  return pipeline.branch !== null && pipeline.commit_sha !== null;
}

async function activeProject(db: Queryable, id: string): Promise<ProjectRow | undefined> {
  return await db
    .selectFrom("projects")
    .where("id", "=", id)
    .where("is_active", "=", true)
    .selectAll()
    .executeTakeFirst();
}

/**
 * Whether the branch is there, and is or has been at the commit: whoever may start a pipeline of any commit by hand
 * may deploy only what has got onto the branch.
 */
async function wasTipOf(db: Queryable, { project_id, branch, commit_sha }: BranchPipeline): Promise<boolean> {
  const tip = await recordedTip(db, project_id, branch);
  if (tip === undefined || tip === commit_sha) return tip !== undefined;
  const former = await db
    .selectFrom("ref_updates")
    .where("project_id", "=", project_id)
    .where("ref", "=", `refs/heads/${branch}`)
    .where("new_sha", "=", commit_sha)
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return former !== undefined;
}
