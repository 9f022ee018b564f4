import type { KubeClient } from "../../client.ts";
import { jsonIn } from "../../json.ts";
import { isNotFound, KubeError } from "../../kube-error.ts";
import type { Labels } from "../../names.ts";
import { labelNames, selectorOf } from "../../names.ts";
import { retry } from "../../retry.ts";
import { objectList, type StoredObject, storedObject } from "../stored.ts";
import { fieldManager } from "./objects.ts";

const path = (name: string) => `/api/v1/namespaces/${name}`;

/** Undefined when there is none. @throws KubeError */
export async function readNamespace(
  client: KubeClient,
  name: string,
  signal?: AbortSignal,
): Promise<StoredObject | undefined> {
  try {
    const found = await retry(() => client.request({ method: "GET", path: path(name) }, signal), { signal });
    return storedObject.parse(jsonIn(found));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The namespaces that one platform has made for workloads. @throws KubeError */
export async function ownNamespaces(client: KubeClient, installation: string): Promise<readonly StoredObject[]> {
  const own = { [labelNames.managedBy]: "platform", [labelNames.installation]: installation };
  const query = { labelSelector: selectorOf(own) };
  const found = await retry(() => client.request({ method: "GET", path: "/api/v1/namespaces", query }));
  return objectList.parse(jsonIn(found)).items;
}

/** False when there is one of that name already. @throws KubeError */
export async function createNamespace(
  client: KubeClient,
  { name, labels }: { readonly name: string; readonly labels: Labels },
  signal: AbortSignal,
): Promise<boolean> {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  try {
    await retry(() => client.request({ method: "POST", path: "/api/v1/namespaces", body }, signal), { signal });
    return true;
  } catch (error) {
    if (error instanceof KubeError && error.reason === "AlreadyExists") return false;
    throw error;
  }
}

/** @throws KubeError */
export async function labelNamespace(
  client: KubeClient,
  { name, labels }: { readonly name: string; readonly labels: Labels },
  signal: AbortSignal,
): Promise<void> {
  const body = { metadata: { labels } };
  const contentType = "application/merge-patch+json";
  const request = { method: "PATCH", path: path(name), query: { fieldManager }, body, contentType } as const;
  await retry(() => client.request(request, signal), { signal });
}

/** Asks for the end of a namespace and all that is in it, and of no other that has got its name since. @throws KubeError */
export async function deleteNamespace(client: KubeClient, { metadata }: StoredObject): Promise<void> {
  const body = { preconditions: { uid: metadata.uid } };
  try {
    await retry(() => client.request({ method: "DELETE", path: path(metadata.name), body }));
  } catch (error) {
    // Conflict: it is another one, or going already.
    if (!(error instanceof KubeError && (error.status === 404 || error.status === 409))) throw error;
  }
}
