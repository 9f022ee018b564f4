import type { V1Pod } from "@kubernetes/client-node";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./kube-error.ts";
import { retry } from "./retry.ts";
import { readPod } from "./watch-pod.ts";

interface CreateOptions {
  readonly signal: AbortSignal;
  /** Whether a pod of that name is the one that was to be made: an attempt whose answer was lost may have made it. */
  readonly isSame: (there: V1Pod) => boolean;
}

/** @throws KubeError, and the signal's reason */
export async function createPod(client: KubeClient, body: V1Pod, { signal, isSame }: CreateOptions): Promise<V1Pod> {
  const { namespace } = client;
  const create = () => client.call((core, call) => core.createNamespacedPod({ namespace, body }, call), signal);
  try {
    return await retry(create, { signal });
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
    const there = await retry(() => readPod(client, body.metadata?.name ?? "", signal), { signal });
    if (there === undefined || !isSame(there)) throw error;
    return there;
  }
}
