import { type Manifest, WorkloadError, type WorkloadPlan, type WorkloadState } from "../../../workload.ts";
import { readNamespace } from "../api/namespaces.ts";
import { listObjects } from "../api/objects.ts";
import { listDeployments } from "../api/pods.ts";
import { isForbidden } from "../apply/with-rights.ts";
import { type Kind, kinds } from "../kinds.ts";
import { addressOf } from "../objects/address.ts";
import { appliedObjects } from "../objects/applied-objects.ts";
import { isOwn } from "../ownership.ts";
import { namespaceFor, type Workplace } from "../place.ts";
import type { StoredDeployment, StoredObject } from "../stored.ts";
import { namespaceLabels, workloadLabels, workloadSelector } from "../workload-labels.ts";
import { driftOf } from "./drift-of.ts";
import { healthOf } from "./health-of.ts";

/** How a workload is, compared with what should be. @throws KubeError */
export async function observeWorkload(place: Workplace, plan: WorkloadPlan): Promise<WorkloadState> {
  const { client, installation, settings } = place;
  const namespace = namespaceFor(place, plan);
  const there = await readNamespace(client, namespace);
  if (there === undefined) return absent(`its namespace ${namespace} is not there`);
  if (there.metadata.deletionTimestamp !== undefined) return absent(`its namespace ${namespace} is being removed`);
  if (!isOwn(there, namespaceLabels(installation, plan))) {
    return { status: "failing", reason: "conflict", message: `the namespace ${namespace} is not its own`, url: null };
  }
  let objects: readonly Manifest[];
  try {
    const labels = workloadLabels(installation, plan);
    objects = appliedObjects(plan, settings, { namespace, labels, generation: plan.generation });
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    return { status: "failing", reason: error.reason, message: error.message, url: null };
  }
  const found = await findObjects(place, plan, objects).catch((error: unknown) => {
    if (isForbidden(error)) return undefined;
    throw error;
  });
  if (found === undefined) return absent(`the platform's rights in its namespace ${namespace} are gone`);
  for (const wanted of objects) {
    const drift = driftOf(wanted, found.of(wanted));
    if (drift !== undefined) return absent(drift);
  }
  const health = await healthOf(place, { plan, namespace, deployments: found.deployments });
  return { ...health, url: addressOf(objects, namespace) };
}

function absent(message: string): WorkloadState {
  return { status: "absent", reason: "gone", message, url: null };
}

async function findObjects({ client, installation }: Workplace, plan: WorkloadPlan, objects: readonly Manifest[]) {
  const { metadata } = objects[0] ?? {};
  const selected = {
    namespace: String(metadata?.namespace),
    selector: workloadSelector(installation, plan.workloadId),
  };
  const used = kinds.filter(({ kind }: Kind) => kind !== "Deployment" && objects.some((each) => each.kind === kind));
  const [deployments, ...others] = await Promise.all([
    listDeployments(client, selected),
    ...used.map(async (kind: Kind) => ({ kind: kind.kind, objects: await listObjects(client, kind, selected) })),
  ]);
  const named = <T extends StoredObject>(all: readonly T[] = [], name: string) =>
    all.find(({ metadata }) => metadata.name === name);
  return {
    deployments: deployments.filter(({ metadata }) =>
      objects.some((each) => each.kind === "Deployment" && each.metadata.name === metadata.name),
    ),
    of({ kind, metadata: { name } }: Manifest) {
      const deployment: StoredDeployment | undefined = kind === "Deployment" ? named(deployments, name) : undefined;
      const other = named(others.find((each) => each.kind === kind)?.objects, name);
      return { object: deployment ?? other, replicas: deployment?.spec.replicas };
    },
  };
}
