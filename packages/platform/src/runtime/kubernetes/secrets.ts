import type { V1Secret } from "@kubernetes/client-node";
import type { KubeClient } from "./client.ts";
import { isNotFound, KubeError } from "./kube-error.ts";
import { retry } from "./retry.ts";

/** Makes a Secret with a name that nothing else has: if it is there, an earlier attempt has made it. @throws KubeError */
export async function createSecret(client: KubeClient, body: V1Secret, signal: AbortSignal): Promise<void> {
  const { namespace } = client;
  try {
    await retry(() => client.call((core, call) => core.createNamespacedSecret({ namespace, body }, call), signal), {
      signal,
    });
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
  }
}

/** Removes it now; its pod's end would do so a little later. @throws KubeError */
export async function deleteSecret(client: KubeClient, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const { namespace } = client;
  try {
    await retry(() => client.call((core, call) => core.deleteNamespacedSecret({ name, namespace }, call)));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** @throws KubeError */
export async function secretExists(client: KubeClient, name: string): Promise<boolean> {
  const { namespace } = client;
  try {
    await retry(() => client.call((core, call) => core.readNamespacedSecret({ name, namespace }, call)));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
