import type { WorkloadPlan } from "../../runtime/workload.ts";
import type { OutputSource } from "./output-lines.ts";

type Named = Pick<WorkloadPlan, "kind" | "label"> & { readonly environment: string | undefined };

/** What telemetry of a deployment or preview is called. */
export function workloadService({ kind, label, environment }: Named): string {
  return kind === "preview" ? `preview ${label}` : `deployment ${environment ?? label}`;
}

/** What is printed by a process that a plan describes. */
export function workloadSource(plan: WorkloadPlan): OutputSource {
  const { workloadId, projectId, generation, environment } = plan;
  const service = workloadService({ ...plan, environment: environment.PLATFORM_ENVIRONMENT });
  return {
    ...{ projectId, sessionId: null, service, traceId: null, spanId: null },
    attributes: {
      "platform.workload_id": workloadId,
      "platform.generation": generation,
      ...(environment.COMMIT_SHA !== undefined && { "service.version": environment.COMMIT_SHA }),
    },
  };
}
