import type { Queryable } from "../../db/queryable.ts";
import type { PointRecord } from "../records.ts";
import { workloadService } from "./workload-source.ts";

/** Whether each deployment and preview that should run does: the metric `platform.workload.ready`, 1 or 0. */
export async function workloadPoints(db: Queryable): Promise<readonly PointRecord[]> {
  const rows = await db
    .selectFrom("workloads")
    .where("desired_status", "=", "active")
    .where("removal_reason", "is", null)
    .select(["id", "project_id", "kind", "label", "environment", "current_status"])
    .execute();
  const time = Date.now();
  return rows.map(({ id, project_id, kind, label, environment, current_status }) => {
    const service = workloadService({ kind, label, environment: environment ?? undefined });
    return {
      ...{ projectId: project_id, sessionId: null, name: "platform.workload.ready" },
      labels: { service, kind, workload_id: id },
      ...{ type: "gauge", unit: null, isDelta: false, time, histogram: null },
      value: current_status === "healthy" ? 1 : 0,
    };
  });
}
