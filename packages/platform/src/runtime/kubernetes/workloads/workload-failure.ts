import { WorkloadError } from "../../workload.ts";
import { KubeError } from "../kube-error.ts";

/** What the cluster said, as a user may read it. What is no error of the cluster's is given as it is. */
export function workloadFailure(error: unknown, what: string): unknown {
  if (!(error instanceof KubeError)) return error;
  const message = `${what}: ${error.message}`;
  if (error.isTransient) return new WorkloadError("unreachable", message);
  switch (error.status) {
    case 403:
      // Rights and quotas change without a new generation.
      return new WorkloadError(/exceeded quota/.test(error.message) ? "quota" : "refused", message);
    case 404:
      // Else there is no such kind of object.
      if (/namespaces "/.test(error.message)) return new WorkloadError("gone", message);
      return new WorkloadError("refused", message, { isFinal: true });
    case 409:
      return new WorkloadError("conflict", message);
    default:
      return new WorkloadError("refused", message, { isFinal: true });
  }
}
