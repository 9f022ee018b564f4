import type { Queryable } from "../db/queryable.ts";
import type { WorkloadName } from "../runtime/workload.ts";
import { noWorkload, type WorkloadKey } from "./lock-workload.ts";

/** By which names a workload runs. @throws Problem 404 when there is none, or it is being removed */
export async function requireWorkloadName(db: Queryable, projectId: string, key: WorkloadKey): Promise<WorkloadName> {
  const found = await db
    .selectFrom("workloads")
    .innerJoin("projects", "projects.id", "project_id")
    .where("project_id", "=", projectId)
    .where("removal_reason", "is", null)
    .where((eb) => eb.and(key))
    .select(["workloads.id", "kind", "label", "dns_label"])
    .executeTakeFirst();
  if (found === undefined) throw noWorkload(key);
  const { id, kind, label, dns_label } = found;
  // A project gets its label before its first workload is made.
  return { workloadId: id, projectId, kind, label, projectLabel: dns_label ?? projectId };
}
