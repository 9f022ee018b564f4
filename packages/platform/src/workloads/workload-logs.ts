import type { deployments, QueryOf } from "@platform-mcp/client/contract";
import { Problem } from "../problem.ts";
import { WorkloadError, type WorkloadName, type Workloads } from "../runtime/workload.ts";

/** What a workload has printed. @throws Problem 503 while the platform starts, or when it cannot be had, with the reason */
export type ReadWorkloadLogs = (
  name: WorkloadName,
  selection: QueryOf<typeof deployments.deploymentLogs>,
) => Promise<string>;

/**
 * Logs as the runtime has them.
 * @param runtime undefined as long as it is not there: requests are answered before anything is run
 */
export function workloadLogs(runtime: () => Pick<Workloads, "logs"> | undefined): ReadWorkloadLogs {
  return async (name, selection) => {
    const workloads = runtime();
    if (workloads === undefined) {
      throw new Problem(503, "the platform is starting", { headers: { "retry-after": "1" } });
    }
    return await workloads.logs(name, selection).catch((error: unknown) => {
      throw error instanceof WorkloadError ? new Problem(503, error.message) : error;
    });
  };
}
