import type { Queryable } from "../db/queryable.ts";
import type { WorkloadRow } from "../db/schema.ts";
import { conflict } from "../problem.ts";
import { changeWorkload } from "../workloads/change-workload.ts";
import { byHand } from "./by-hand.ts";
import { rollbackTarget } from "./rollback-target.ts";

/** How far back it is looked for what to go back to. */
const longest = 1000;

/**
 * Makes what an environment had before wanted again: image, values, and the manifests that it was deployed by. Pipelines
 * that are under way change nothing any more. In a transaction that has locked the row.
 * @throws Problem 409 when there is nothing to go back to; then nothing is changed
 */
export async function rollBack(db: Queryable, deployment: WorkloadRow, userId: string): Promise<WorkloadRow> {
  const target = rollbackTarget(await successesOf(db, deployment), deployment);
  if (target === undefined) throw conflict("there is no earlier successful deployment of another image");
  const { image_ref, values_override, ops_repo_id, manifest_path, commit_sha } = await db
    .selectFrom("workload_history")
    .where("id", "=", target.id)
    .select(["image_ref", "values_override", "ops_repo_id", "manifest_path", "commit_sha"])
    .executeTakeFirstOrThrow();
  return await changeWorkload(db, deployment.id, {
    ...{ image_ref, values_override, ops_repo_id, manifest_path, commit_sha },
    ...{ action: "rollback", desired_status: "active", deployed_by: userId },
    ...{ pipeline_id: null, ...byHand },
  });
}

async function successesOf(db: Queryable, { project_id, environment }: WorkloadRow) {
  const newest = await db
    .selectFrom("workload_history")
    .where("project_id", "=", project_id)
    .where("environment", "=", environment)
    .where("status", "=", "success")
    .where("action", "in", ["deploy", "rollback"])
    // What came from an ops repo that has been removed since cannot be brought about again.
    .where((eb) => eb.or([eb("ops_repo_sha", "is", null), eb("ops_repo_id", "is not", null)]))
    .select(["id", "action", "image_ref"])
    .orderBy("created_at", "desc")
    .orderBy("generation", "desc")
    .limit(longest)
    .execute();
  return newest.toReversed();
}
