import type { WorkloadPlan } from "../../runtime/workload.ts";
import type { OutputSource } from "./output-lines.ts";

type Named = Pick<WorkloadPlan, "kind" | "label" | "environment">;

/** What telemetry of a deployment or preview is called. */
export function workloadService({ kind, label, environment }: Named): string {
  return kind === "preview" ? `preview ${label}` : `deployment ${environment.PLATFORM_ENVIRONMENT ?? label}`;
}

/** What is printed by a process that a plan describes. */
export function workloadSource(plan: WorkloadPlan): OutputSource {
  const { workloadId, projectId, generation, environment } = plan;
  return {
    ...{ projectId, sessionId: null, service: workloadService(plan), traceId: null, spanId: null },
    attributes: {
      "platform.workload_id": workloadId,
      "platform.generation": generation,
      ...(environment.COMMIT_SHA !== undefined && { "service.version": environment.COMMIT_SHA }),
    },
  };
}
