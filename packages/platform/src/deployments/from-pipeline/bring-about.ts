import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import { changeWorkload, hoursFromNow } from "../../workloads/change-workload.ts";
import { createWorkload, type NewWorkload } from "../../workloads/create-workload.ts";
import { lockWorkload } from "../../workloads/lock-workload.ts";
import { tellPreview } from "../../workloads/tell-webhooks.ts";
import type { BranchPipeline } from "./image-of.ts";

/**
 * Makes or changes the workload of a place so that it shows what a pipeline made, unless it shows something newer. In a
 * transaction that has locked the project.
 */
export async function bringAbout(
  db: Queryable,
  pipeline: BranchPipeline,
  image: string,
  place: NewWorkload["place"],
): Promise<void> {
  const key = "environment" in place ? { environment: place.environment } : { branch: place.branch };
  const there = await lockWorkload(db, pipeline.project_id, key);
  if (there !== undefined && (await isNewer(db, there, pipeline))) return;
  const wanted = {
    image_ref: image,
    commit_sha: pipeline.commit_sha,
    pipeline_id: pipeline.id,
    pipeline_created_at: pipeline.created_at,
  };
  if (there === undefined || there.removal_reason !== null) {
    const created_by = pipeline.triggered_by;
    const { workload } = await createWorkload(db, { projectId: pipeline.project_id, place, created_by, ...wanted });
    return await tellPreview(db, workload);
  }
  // Somebody may have asked for another than is usual.
  const ttlHours = there.ttl_hours ?? undefined;
  if (showsAlready(there, pipeline, image)) {
    const kept = ttlHours !== undefined && {
      expires_at: sql<string>`greatest(expires_at, ${hoursFromNow(ttlHours)})`,
    };
    const { pipeline_id, pipeline_created_at } = wanted;
    const row = db.updateTable("workloads").where("id", "=", there.id);
    await row.set({ pipeline_id, pipeline_created_at, ...kept }).execute();
    return;
  }
  const changed = await changeWorkload(db, there.id, {
    ...wanted,
    ...{ action: "deploy", desired_status: "active", deployed_by: pipeline.triggered_by, keep_hours: ttlHours },
  });
  await tellPreview(db, changed);
}

/** In the database, since as texts such times do not compare. */
async function isNewer(db: Queryable, { id }: WorkloadRow, { created_at }: BranchPipeline): Promise<boolean> {
  const row = db.selectFrom("workloads").where("id", "=", id).where("pipeline_created_at", ">", created_at);
  return (await row.select("id").executeTakeFirst()) !== undefined;
}

/** A push to a merge request has two pipelines of one commit. Who starts one by hand wants it deployed anew. */
function showsAlready(there: WorkloadRow, { trigger, commit_sha }: BranchPipeline, image: string): boolean {
  const isSame = there.image_ref === image && there.commit_sha === commit_sha && there.desired_status === "active";
  return isSame && trigger !== "api";
}
