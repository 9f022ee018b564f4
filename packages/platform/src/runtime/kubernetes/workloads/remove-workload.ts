import type { WorkloadName } from "../../workload.ts";
import { labelNames } from "../names.ts";
import { deleteNamespace, readNamespace } from "./api/namespaces.ts";
import { deleteObject, listObjects } from "./api/objects.ts";
import { listPods } from "./api/pods.ts";
import { withRights } from "./apply/with-rights.ts";
import { type Kind, kinds } from "./kinds.ts";
import { isOwn } from "./ownership.ts";
import { namespaceFor, type Workplace } from "./place.ts";
import type { StoredObject } from "./stored.ts";
import { namespaceLabels, workloadSelector } from "./workload-labels.ts";

/** Objects of workloads, with their kinds. */
export interface WorkloadObject {
  readonly kind: Kind;
  readonly object: StoredObject;
}

/**
 * Removes all that a workload has, and its namespace unless others of the project's deployments are in it; true once
 * that is gone. @throws KubeError
 */
export async function removeWorkload(place: Workplace, name: WorkloadName): Promise<boolean> {
  const { client, installation, settings } = place;
  const namespace = namespaceFor(place, name);
  const there = await readNamespace(client, namespace);
  if (there === undefined || !isOwn(there, namespaceLabels(installation, name))) return true;
  if (there.metadata.deletionTimestamp !== undefined) return false;
  if (name.kind === "preview") {
    await deleteNamespace(client, there);
    return false;
  }
  return await withRights({ client, account: settings.account, namespace }, async () => {
    const objects = await workloadObjects(place, namespace);
    const own = objects.filter(({ object }) => object.metadata.labels[labelNames.workload] === name.workloadId);
    if (objects.length === own.length) {
      await deleteNamespace(client, there);
      return false;
    }
    await deleteAll(place, namespace, own);
    return own.length === 0 && (await podsOf(place, name)).length === 0;
  });
}

/** Ends what a workload runs, and keeps the rest; true once nothing runs. @throws KubeError */
export async function stopWorkload(place: Workplace, name: WorkloadName): Promise<boolean> {
  const { client, installation, settings } = place;
  const namespace = namespaceFor(place, name);
  const there = await readNamespace(client, namespace);
  if (there === undefined || !isOwn(there, namespaceLabels(installation, name))) return true;
  return await withRights({ client, account: settings.account, namespace }, async () => {
    const objects = await workloadObjects(place, namespace);
    const running = objects.filter(
      ({ kind, object }) =>
        kind.kind === "Deployment" && object.metadata.labels[labelNames.workload] === name.workloadId,
    );
    await deleteAll(place, namespace, running);
    return running.length === 0 && (await podsOf(place, name)).length === 0;
  });
}

/** Everything in a namespace that one platform has made for workloads. @throws KubeError */
export async function workloadObjects(
  { client, installation }: Workplace,
  namespace: string,
): Promise<readonly WorkloadObject[]> {
  const selector = `${labelNames.installation}=${installation},${labelNames.workload}`;
  const all = await Promise.all(
    kinds.map(async (kind: Kind) => {
      const objects = await listObjects(client, kind, { namespace, selector });
      return objects.map((object) => ({ kind, object }));
    }),
  );
  return all.flat();
}

export async function deleteAll(
  { client }: Workplace,
  namespace: string,
  objects: readonly WorkloadObject[],
): Promise<void> {
  for (const { kind, object } of objects) {
    const { name, uid } = object.metadata;
    await deleteObject(client, kind, { namespace, name, uid });
  }
}

async function podsOf(place: Workplace, name: WorkloadName) {
  const selector = workloadSelector(place.installation, name.workloadId);
  return await listPods(place.client, { namespace: namespaceFor(place, name), selector });
}
