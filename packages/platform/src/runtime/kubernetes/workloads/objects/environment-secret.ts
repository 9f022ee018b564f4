import { type Manifest, WorkloadError, type WorkloadPlan } from "../../../workload.ts";
import { objectName } from "../workload-labels.ts";

/** Bytes of all that a Secret may hold. */
const mostBytes = 1024 * 1024;

/** What of a workload's environment nobody may read in its Deployment. @throws WorkloadError when it is too much */
export function environmentSecret(plan: WorkloadPlan): Manifest {
  const values = Object.entries(plan.secrets);
  const bytes = values.reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
  if (bytes > mostBytes) {
    throw new WorkloadError("start_failed", "its secrets are more than a Secret can hold: 1 MiB", { isFinal: true });
  }
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: objectName(plan) },
    type: "Opaque",
    data: Object.fromEntries(values.map(([name, value]) => [name, Buffer.from(value).toString("base64")])),
  };
}
