import type { InstrumentedProgram } from "../../observe/own/otlp-settings.ts";
import { workloadService } from "../../observe/own/workload-source.ts";
import type { Work } from "./read-work.ts";

/** What a deployment or preview is among the project's telemetry. */
export function instrumentedWorkload(
  { row, name }: Pick<Work, "row" | "name">,
  environment: Readonly<Record<string, string>>,
): InstrumentedProgram {
  const { workloadId, projectId } = name;
  const service = workloadService({ ...name, environment: row.environment ?? undefined });
  return {
    ...{ projectId, kind: "workload", sourceId: workloadId, service },
    attributes: {
      "platform.project_id": projectId,
      "platform.workload_id": workloadId,
      "deployment.environment.name": row.environment ?? "preview",
      ...(environment.COMMIT_SHA !== undefined && { "service.version": environment.COMMIT_SHA }),
    },
  };
}
