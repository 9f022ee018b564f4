import type { Queryable } from "../../db/queryable.ts";

/** Does with a workload what whoever looks after it does once nothing of it runs: writes its last line, removes its row. */
export async function removeWorkload(db: Queryable, id: string): Promise<void> {
  const row = await db.deleteFrom("workloads").where("id", "=", id).returningAll().executeTakeFirstOrThrow();
  const { project_id, kind, environment, branch, branch_slug, generation, image_ref, removal_reason } = row;
  await db
    .insertInto("workload_history")
    .values({
      ...{ project_id, workload_id: id, kind, environment, branch, branch_slug, generation, image_ref },
      ...{ action: "stop", status: "success", reason: removal_reason },
    })
    .execute();
}
