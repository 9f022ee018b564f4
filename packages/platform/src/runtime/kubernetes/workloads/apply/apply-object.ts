import { setTimeout as delay } from "node:timers/promises";
import { type Manifest, WorkloadError } from "../../../workload.ts";
import type { KubeClient } from "../../client.ts";
import { KubeError } from "../../kube-error.ts";
import { annotationNames } from "../annotations.ts";
import { annotate, applyObject, deleteObject } from "../api/objects.ts";
import { appliedFields } from "../drift.ts";
import { kindOf } from "../kinds.ts";
import type { StoredObject } from "../stored.ts";

interface Place {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The object of that name as it was, if there was one: the workload's own. */
  readonly there: StoredObject | undefined;
  readonly signal: AbortSignal;
}

/**
 * Makes an object what it should be, and notes which of its fields are the platform's. Those of them that somebody else
 * has changed are taken back: the object is the workload's own, and says what there should be.
 *
 * @throws KubeError, WorkloadError when somebody else has just made one of that name
 */
export async function applyOwnObject(manifest: Manifest, { client, namespace, there, signal }: Place): Promise<void> {
  const { kind, metadata } = manifest;
  const apply = (force: boolean) => applyObject(client, manifest, { namespace, force, signal });
  const stored = await apply(false).catch(async (error: unknown) => {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 409) {
      if (there !== undefined) return await apply(true);
      throw new WorkloadError("conflict", `somebody else has made the ${kind} ${metadata.name}: ${error.message}`);
    }
    if (there === undefined || error.status !== 422 || !/immutable/.test(error.message)) throw error;
    // Such as a Deployment whose selector is another one now.
    const { name, uid } = there.metadata;
    await deleteObject(client, kindOf(kind), { namespace, name, uid });
    return await untilApplied(apply, signal);
  });
  const fields = appliedFields(stored);
  if (stored.metadata.annotations[annotationNames.fields] === fields) return;
  await annotate(client, manifest, { namespace, annotations: { [annotationNames.fields]: fields } });
}

/** An object that goes is there for a moment. */
async function untilApplied(
  apply: (force: boolean) => Promise<StoredObject>,
  signal: AbortSignal,
): Promise<StoredObject> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await apply(false);
    } catch (error) {
      if (!(error instanceof KubeError && (error.status === 409 || error.status === 422)) || attempts === 20)
        throw error;
    }
    await delay(250, undefined, { signal });
  }
}
