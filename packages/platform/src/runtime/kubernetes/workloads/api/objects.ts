import type { Manifest } from "../../../workload.ts";
import type { KubeClient } from "../../client.ts";
import { jsonIn } from "../../json.ts";
import { isNotFound, KubeError } from "../../kube-error.ts";
import { retry } from "../../retry.ts";
import { type Kind, kindOf, objectPath } from "../kinds.ts";
import { objectList, type StoredObject, storedObject } from "../stored.ts";

/** Under which name the platform's fields are its own. */
export const fieldManager = "platform-deployer";

/** Milliseconds for an API server to come back; whoever asks tries again later. */
const limit = 15_000;

/** What is in an object is not asked for: it may be a Secret's. */
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** The objects of a kind in a namespace that a selector finds. @throws KubeError */
export async function listObjects(
  client: KubeClient,
  { versions, ...kind }: Kind,
  { namespace, selector }: { readonly namespace: string; readonly selector?: string },
): Promise<readonly StoredObject[]> {
  const query = selector === undefined ? {} : { labelSelector: selector };
  for (const version of versions) {
    const path = objectPath(version, kind, namespace);
    try {
      const found = await retry(() => client.request({ method: "GET", path, query, accept: metadataOnly }), { limit });
      return objectList.parse(jsonIn(found)).items;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return [];
}

/** Makes an object what it should be, as far as its fields are not another's, or with `force` in any case. @throws KubeError */
export async function applyObject(
  client: KubeClient,
  manifest: Manifest,
  { namespace, force, signal }: { readonly namespace: string; readonly force: boolean; readonly signal: AbortSignal },
): Promise<StoredObject> {
  const path = objectPath(manifest.apiVersion, kindOf(manifest.kind), namespace, manifest.metadata.name);
  const query = { fieldManager, force: String(force) };
  const contentType = "application/apply-patch+yaml";
  const request = { method: "PATCH", path, query, body: manifest, contentType } as const;
  const apply = () => client.request(request, signal).catch((error: unknown) => Promise.reject(applyError(error)));
  return storedObject.parse(jsonIn(await retry(apply, { signal, limit })));
}

/** That an object is not of its kind's form is called the API server's own failure (500), which passes; it does not. */
function applyError(error: unknown): unknown {
  const isForm = error instanceof KubeError && /^failed to create typed (patch|live) object/.test(error.message);
  return isForm ? new KubeError(error.message, { status: 422, reason: "Invalid", cause: error }) : error;
}

/** Writes an annotation, under a name of its own: it is no field of what is applied. @throws KubeError */
export async function annotate(
  client: KubeClient,
  { apiVersion, kind, metadata: { name } }: Manifest,
  { namespace, annotations }: { readonly namespace: string; readonly annotations: Readonly<Record<string, string>> },
): Promise<void> {
  const path = objectPath(apiVersion, kindOf(kind), namespace, name);
  const query = { fieldManager: "platform-notes" };
  const contentType = "application/merge-patch+json";
  const request = { method: "PATCH", path, query, body: { metadata: { annotations } }, contentType } as const;
  await retry(() => client.request(request), { limit });
}

/** Removes an object, and no other that has got its name since; what belongs to it follows. @throws KubeError */
export async function deleteObject(
  client: KubeClient,
  { versions, ...kind }: Kind,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
): Promise<void> {
  const body = { preconditions: { uid }, propagationPolicy: "Background" };
  for (const version of versions) {
    try {
      const path = objectPath(version, kind, namespace, name);
      await retry(() => client.request({ method: "DELETE", path, body }), { limit });
      return;
    } catch (error) {
      if (error instanceof KubeError && error.status === 409) return;
      if (!isNotFound(error)) throw error;
    }
  }
}
