import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import { changeWorkload } from "../change-workload.ts";
import { createWorkload } from "../create-workload.ts";
import { addSuccess } from "./add-success.ts";

/** Makes the deployment of an environment, which has had another image before. */
export async function addDeployment(
  db: Queryable,
  projectId: string,
  environment: "preview" | "staging" | "production",
): Promise<WorkloadRow> {
  return await db.transaction().execute(async (transaction) => {
    const wanted = { projectId, place: { environment }, image_ref: "app:1", created_by: null };
    const { workload } = await createWorkload(transaction, wanted);
    await addSuccess(transaction, workload.id);
    return await changeWorkload(transaction, workload.id, { image_ref: "app:2" });
  });
}
