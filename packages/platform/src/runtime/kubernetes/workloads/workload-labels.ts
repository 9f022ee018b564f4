import type { WorkloadName } from "../../workload.ts";
import { type Labels, labelNames, selectorOf } from "../names.ts";

/** What everything of a project is labelled with; `component` says what it is. */
function projectLabels(installation: string, { projectId }: WorkloadName, component: string): Labels {
  return {
    [labelNames.managedBy]: "platform",
    [labelNames.component]: component,
    [labelNames.installation]: installation,
    [labelNames.project]: projectId,
  };
}

/** What every object of a workload is labelled with. */
export function workloadLabels(installation: string, name: WorkloadName): Labels {
  return { ...projectLabels(installation, name, name.kind), [labelNames.workload]: name.workloadId };
}

/** What the namespace of a workload is labelled with: a preview has its own, a project's deployments have one together. */
export function namespaceLabels(installation: string, name: WorkloadName): Labels {
  const isShared = name.kind === "deployment";
  return {
    ...(isShared ? projectLabels(installation, name, "deployments") : workloadLabels(installation, name)),
    // Read by clusters from 1.23 on: nothing here gets a node's own rights.
    "pod-security.kubernetes.io/enforce": "baseline",
  };
}

/** Selects all that one workload has. */
export function workloadSelector(installation: string, workloadId: string): string {
  return selectorOf({ [labelNames.installation]: installation, [labelNames.workload]: workloadId });
}

/** The name of what the platform makes for a workload, in its namespace. */
export function objectName({ kind, label }: WorkloadName): string {
  // A branch's may begin with a digit, which the name of a Service may not.
  return kind === "preview" ? "preview" : label;
}
