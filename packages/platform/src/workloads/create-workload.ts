import type { deployments } from "@platform-mcp/client/contract";
import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";
import type { WorkloadRow } from "../db/schema.ts";
import { hoursFromNow, jsonOf, type WorkloadChange } from "./change-workload.ts";
import { lockWorkload } from "./lock-workload.ts";
import { chooseSlug } from "./names/choose-slug.ts";
import { previewLabel } from "./names/preview-label.ts";
import { projectLabel } from "./names/project-label.ts";
import { wantedAnew } from "./wanted-anew.ts";

type Origin =
  | "ops_repo_id"
  | "manifest_path"
  | "values_override"
  | "commit_sha"
  | "pipeline_id"
  | "pipeline_created_at";

/** A workload that is to be; what is left out is nothing. */
export interface NewWorkload extends Pick<WorkloadChange, Origin> {
  readonly projectId: string;
  /** The environment of a deployment, or the branch of a preview and how many hours it is kept. */
  readonly place:
    | { readonly environment: deployments.Environment }
    | { readonly branch: string; readonly ttlHours: number };
  readonly image_ref: string;
  readonly created_by: string | null;
}

/** Whether a workload was made, and the one that is there now, which nobody else changes until the transaction ends. */
export interface CreatedWorkload {
  readonly created: boolean;
  readonly workload: WorkloadRow;
}

/**
 * Makes the deployment of an environment or the preview of a branch, unless it is there: then that stays as it is. One
 * that is being removed becomes what is wanted instead, with nothing left of what it was. In a transaction.
 */
export async function createWorkload(db: Queryable, wanted: NewWorkload): Promise<CreatedWorkload> {
  const { projectId, place } = wanted;
  // Held until the end: what is there, and which names are free, must still be so when the row is written.
  await db.selectFrom("projects").where("id", "=", projectId).select("id").forNoKeyUpdate().execute();
  const key = "environment" in place ? { environment: place.environment } : { branch: place.branch };
  const there = await lockWorkload(db, projectId, key);
  if (there !== undefined && there.removal_reason === null) return { created: false, workload: there };
  const workload = there === undefined ? await insert(db, wanted) : await revive(db, there.id, wanted);
  await notify(db, "workloads", workload.id);
  return { created: true, workload };
}

async function insert(db: Queryable, wanted: NewWorkload): Promise<WorkloadRow> {
  const { projectId, place } = wanted;
  await projectLabel(db, projectId);
  const names =
    "environment" in place
      ? ({ kind: "deployment", environment: place.environment, label: place.environment } as const)
      : await previewNames(db, projectId, place.branch);
  return await db
    .insertInto("workloads")
    .values({ project_id: projectId, ...names, ...columnsOf(wanted) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function previewNames(db: Queryable, projectId: string, branch: string) {
  const branch_slug = await chooseSlug(db, projectId, branch);
  return { kind: "preview", branch, branch_slug, label: previewLabel(branch_slug) } as const;
}

async function revive(db: Queryable, id: string, wanted: NewWorkload): Promise<WorkloadRow> {
  return await db
    .updateTable("workloads")
    .where("id", "=", id)
    .set({
      ...columnsOf(wanted),
      ...wantedAnew,
      ...{ action: "deploy", desired_status: "active", removal_reason: null },
      ...{ url: null, current_sha: null, deployed_at: null },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

function columnsOf({ place, image_ref, created_by, values_override, ...wanted }: NewWorkload) {
  return {
    ...{ image_ref, created_by, deployed_by: created_by, values_override: jsonOf(values_override) },
    ops_repo_id: wanted.ops_repo_id ?? null,
    manifest_path: wanted.manifest_path ?? null,
    commit_sha: wanted.commit_sha ?? null,
    pipeline_id: wanted.pipeline_id ?? null,
    pipeline_created_at: wanted.pipeline_created_at ?? null,
    ...("branch" in place && { ttl_hours: place.ttlHours, expires_at: hoursFromNow(place.ttlHours) }),
  };
}
