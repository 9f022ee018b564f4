import { type Manifest, WorkloadError, type WorkloadPlan, type WorkloadState } from "../../../workload.ts";
import { readNamespace } from "../api/namespaces.ts";
import { isForbidden } from "../apply/with-rights.ts";
import { addressOf } from "../objects/address.ts";
import { appliedObjects } from "../objects/applied-objects.ts";
import { isOwn } from "../ownership.ts";
import { namespaceFor, type Workplace } from "../place.ts";
import { namespaceLabels, workloadLabels, workloadSelector } from "../workload-labels.ts";
import { findDeployments, findObjects } from "./find-objects.ts";
import { healthOf } from "./health-of.ts";
import type { ThoroughLooks } from "./thorough-looks.ts";

/** How a workload is, compared with what should be. @throws KubeError */
export async function observeWorkload(
  place: Workplace,
  plan: WorkloadPlan,
  looks: ThoroughLooks,
): Promise<WorkloadState> {
  const { installation, settings } = place;
  const namespace = namespaceFor(place, plan);
  let objects: readonly Manifest[];
  try {
    const labels = workloadLabels(installation, plan);
    objects = appliedObjects(plan, settings, { namespace, labels, generation: plan.generation });
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    return { status: "failing", reason: error.reason, message: error.message, url: null };
  }
  const wanted = { namespace, selector: workloadSelector(installation, plan.workloadId), objects };
  const url = addressOf(objects, namespace);
  try {
    if (looks.isRecent(plan)) {
      const found = await findDeployments(place, wanted);
      const isSame = found.drift === undefined && found.deployments.length > 0;
      const health = isSame ? await healthOf(place, { plan, namespace, ...found }) : undefined;
      if (health?.status === "ready") return { ...health, url };
    }
    const obstacle = await namespaceObstacle(place, plan, namespace);
    if (obstacle !== undefined) return obstacle;
    const found = await findObjects(place, wanted);
    if (found.drift !== undefined) return absent(found.drift);
    const health = await healthOf(place, { plan, namespace, ...found });
    if (health.status === "ready") looks.note(plan);
    return { ...health, url };
  } catch (error) {
    if (isForbidden(error)) return absent(`the platform's rights in its namespace ${namespace} are gone`);
    throw error;
  }
}

async function namespaceObstacle(
  { client, installation }: Workplace,
  plan: WorkloadPlan,
  namespace: string,
): Promise<WorkloadState | undefined> {
  const there = await readNamespace(client, namespace);
  if (there === undefined) return absent(`its namespace ${namespace} is not there`);
  if (there.metadata.deletionTimestamp !== undefined) return absent(`its namespace ${namespace} is being removed`);
  if (isOwn(there, namespaceLabels(installation, plan))) return undefined;
  return { status: "failing", reason: "conflict", message: `the namespace ${namespace} is not its own`, url: null };
}

function absent(message: string): WorkloadState {
  return { status: "absent", reason: "gone", message, url: null };
}
