import { labelNames } from "../names.ts";
import { deleteNamespace, ownNamespaces } from "./api/namespaces.ts";
import { withRights } from "./apply/with-rights.ts";
import type { Workplace } from "./place.ts";
import { deleteAll, workloadObjects } from "./remove-workload.ts";
import type { StoredObject } from "./stored.ts";

/** Milliseconds after which a namespace in which nothing is yet will not get anything by whoever has made it. */
const patience = 10 * 60_000;

interface Options {
  readonly isWanted: (workloadId: string) => Promise<boolean>;
  /** Whether it is looked into the namespaces of projects, too: what is in a preview's goes with that. */
  readonly isThorough: boolean;
}

/** Removes what is there for workloads that are not wanted, and namespaces that hold none. @throws KubeError, once all are tried */
export async function removeOrphanWorkloads(place: Workplace, { isWanted, isThorough }: Options): Promise<void> {
  let failure: unknown;
  for (const namespace of await ownNamespaces(place.client, place.installation)) {
    const { deletionTimestamp, labels } = namespace.metadata;
    const isShared = labels[labelNames.workload] === undefined;
    if (deletionTimestamp !== undefined || (isShared && !isThorough)) continue;
    try {
      await removeOrphansIn(place, namespace, isWanted);
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
}

async function removeOrphansIn(
  place: Workplace,
  namespace: StoredObject,
  isWanted: Options["isWanted"],
): Promise<void> {
  const { client, settings } = place;
  const { name, labels, creationTimestamp } = namespace.metadata;
  const workloadId = labels[labelNames.workload];
  if (workloadId !== undefined) {
    if (!(await isWanted(workloadId))) await deleteNamespace(client, namespace);
    return;
  }
  await withRights({ client, account: settings.account, namespace: name }, async () => {
    const objects = await workloadObjects(place, name);
    const ids = new Set(objects.map(({ object }) => object.metadata.labels[labelNames.workload] ?? ""));
    const wanted = new Set<string>();
    for (const id of ids) if (await isWanted(id)) wanted.add(id);
    const isOld = Date.now() - Date.parse(creationTimestamp ?? "") > patience;
    if (wanted.size === 0 && (objects.length > 0 || isOld)) return await deleteNamespace(client, namespace);
    const isOrphan = (id = "") => !wanted.has(id);
    await deleteAll(
      place,
      name,
      objects.filter(({ object }) => isOrphan(object.metadata.labels[labelNames.workload])),
    );
  });
}
