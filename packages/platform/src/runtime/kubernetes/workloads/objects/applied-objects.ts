import type { Manifest, WorkloadPlan } from "../../../workload.ts";
import type { WorkloadsConfig } from "../../kubernetes-config.ts";
import { ingress, service } from "./address.ts";
import { deployment } from "./deployment.ts";
import { environmentSecret } from "./environment-secret.ts";
import { fromOpsRepo } from "./from-ops-repo.ts";
import { type Mark, ofWorkload } from "./of-workload.ts";
import { previewNetwork } from "./preview-network.ts";
import { withoutScaledReplicas } from "./without-scaled-replicas.ts";

/** All that is to be there for a workload, in its namespace and marked as its own. @throws WorkloadError */
export function appliedObjects(plan: WorkloadPlan, settings: WorkloadsConfig, mark: Mark): readonly Manifest[] {
  const own = plan.manifests?.map((manifest) => fromOpsRepo(manifest, settings, mark)) ?? [
    service(plan),
    deployment(plan, settings.resources),
    ...(settings.ingress === undefined ? [] : [ingress(plan, settings.ingress)]),
  ];
  const all = [...(plan.kind === "preview" ? [previewNetwork] : []), environmentSecret(plan), ...own];
  return withoutScaledReplicas(all).map((manifest) => ofWorkload(manifest, mark));
}
