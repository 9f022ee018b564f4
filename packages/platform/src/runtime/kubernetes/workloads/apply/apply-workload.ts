import { type Manifest, WorkloadError } from "../../../workload.ts";
import type { KubeClient } from "../../client.ts";
import { labelNames } from "../../names.ts";
import { deleteObject, listObjects } from "../api/objects.ts";
import { type Kind, kinds } from "../kinds.ts";
import type { Mark } from "../objects/of-workload.ts";
import { isOwn } from "../ownership.ts";
import type { StoredObject } from "../stored.ts";
import { applyOwnObject } from "./apply-object.ts";

interface Options extends Mark {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/**
 * Makes a namespace hold of a workload what it should, and no more: what its manifests hold no longer is removed.
 * @throws KubeError, and WorkloadError when an object of that name is there that is not the workload's
 */
export async function applyWorkload(objects: readonly Manifest[], options: Options): Promise<void> {
  const { client, namespace, labels, signal } = options;
  const all = await Promise.all(
    kinds.map(async (kind: Kind) => ({ kind, objects: await listObjects(client, kind, { namespace }) })),
  );
  const steps = all.flatMap((there) =>
    objects
      .filter(({ kind }) => kind === there.kind.kind)
      .map((manifest) => ({
        manifest,
        there: there.objects.find(({ metadata }) => metadata.name === manifest.metadata.name),
      })),
  );
  for (const { manifest, there } of steps) if (there !== undefined) assertOwn(manifest, there, labels);
  for (const { manifest, there } of steps) await applyOwnObject(manifest, { client, namespace, there, signal });
  for (const { kind, objects: there } of all) {
    for (const { metadata } of there.filter((object) => isOwn(object, labels))) {
      const isWanted = objects.some((each) => each.kind === kind.kind && each.metadata.name === metadata.name);
      if (!isWanted) await deleteObject(client, kind, { namespace, name: metadata.name, uid: metadata.uid });
    }
  }
}

function assertOwn({ kind }: Manifest, there: StoredObject, labels: Mark["labels"]): void {
  if (isOwn(there, labels)) return;
  const { namespace, name } = there.metadata;
  const isOthers = there.metadata.labels[labelNames.installation] === labels[labelNames.installation];
  const whose = isOthers ? "another workload's" : "not the platform's, which does not take it";
  const message = `the ${kind} ${name} in the namespace ${namespace} is ${whose}: remove or rename it`;
  throw new WorkloadError("conflict", message, { isFinal: !isOthers });
}
