import type { WorkloadName } from "../../runtime/workload.ts";

/** Where a workload answers below a domain. */
export function hostNameOf(
  { label, projectLabel }: Pick<WorkloadName, "label" | "projectLabel">,
  domain: string,
): string {
  return `${label}.${projectLabel}.${domain}`;
}
