import { SecretFinder } from "../../../pipelines/logs/secret-finder.ts";
import { maskText } from "../../../pipelines/logs/secret-masker.ts";
import type { WorkloadName } from "../../workload.ts";
import { listPods, readLastLines } from "./api/pods.ts";
import { isForbidden } from "./apply/with-rights.ts";
import { namespaceFor, type Workplace } from "./place.ts";
import type { StoredPod } from "./stored.ts";
import { storedSecrets } from "./stored-secrets.ts";
import { workloadSelector } from "./workload-labels.ts";

interface Selection {
  readonly tail: number;
  readonly previous: boolean;
}

/** The last lines of the newest pod's first container, without the workload's secrets. @throws KubeError */
export async function workloadLogs(place: Workplace, name: WorkloadName, selection: Selection): Promise<string> {
  const namespace = namespaceFor(place, name);
  const { client, installation } = place;
  try {
    const pods = await listPods(client, { namespace, selector: workloadSelector(installation, name.workloadId) });
    const found = chosen(pods, selection.previous);
    if (found === undefined) return "";
    const lines = await readLastLines(client, { ...found, ...selection, namespace });
    return maskText(lines, new SecretFinder(await storedSecrets(place, name)));
  } catch (error) {
    // Nothing has been applied there yet.
    if (isForbidden(error)) return "";
    throw error;
  }
}

function chosen(pods: readonly StoredPod[], previous: boolean) {
  const newest = pods.toSorted((a, b) =>
    (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""),
  );
  for (const { metadata, status } of newest) {
    const container = status.containerStatuses.find(({ restartCount }) => !previous || restartCount > 0);
    if (container !== undefined) return { pod: metadata.name, container: container.name };
  }
  return undefined;
}
