import { namespaceOf } from "../../../workloads/names/namespace.ts";
import type { WorkloadName } from "../../workload.ts";
import type { KubeClient } from "../client.ts";
import type { WorkloadsConfig } from "../kubernetes-config.ts";

/** Where workloads are, and whose. */
export interface Workplace {
  readonly client: KubeClient;
  readonly installation: string;
  readonly settings: WorkloadsConfig;
}

/** The namespace that a workload is in: a preview's is its own, a project's deployments have one together. */
export function namespaceFor({ settings }: Workplace, { kind, projectLabel, label }: WorkloadName): string {
  return namespaceOf(settings.namespacePrefix, projectLabel, kind === "preview" ? label : undefined);
}
