import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import { createWorkload } from "../create-workload.ts";

/** Makes the preview of a branch that counts as being there. What becomes of it, whoever looks after it decides. */
export async function addPreview(db: Queryable, projectId: string, branch: string): Promise<WorkloadRow> {
  return await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto("recorded_refs")
      .values({ project_id: projectId, ref: `refs/heads/${branch}`, sha: "0".repeat(40) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const place = { branch, ttlHours: 24 };
    const wanted = { projectId, place, image_ref: "app:1", created_by: null };
    return (await createWorkload(transaction, wanted)).workload;
  });
}
