import type { KubeClient } from "./client.ts";
import { KubeError } from "./kube-error.ts";
import { retry } from "./retry.ts";
import { type PodId, watchPod } from "./watch-pod.ts";

interface DeleteOptions {
  /** Seconds between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  readonly signal?: AbortSignal;
  /** Milliseconds to go on trying while the API server cannot do it; a minute. */
  readonly limit?: number;
}

/**
 * Asks for the end of a pod, and of no other that has got its name since; what it owns goes with it. Nothing to be done
 * when it is gone already. @throws KubeError
 */
export async function deletePod(client: KubeClient, pod: PodId, options: DeleteOptions): Promise<void> {
  const { name, uid } = pod;
  const { namespace } = client;
  const { graceSeconds, ...trying } = options;
  const body = { gracePeriodSeconds: graceSeconds, preconditions: { uid }, propagationPolicy: "Background" };
  try {
    await retry(
      () => client.call((core, call) => core.deleteNamespacedPod({ name, namespace, body }, call), trying.signal),
      trying,
    );
  } catch (error) {
    // Conflict: the name is another one's now.
    if (!(error instanceof KubeError && (error.status === 404 || error.status === 409))) throw error;
  }
}

/** Resolves when a pod is gone, and with it all that ran in it. @throws the signal's reason */
export async function podGone(client: KubeClient, pod: PodId, signal: AbortSignal): Promise<void> {
  for await (const _ of watchPod(client, pod, { signal }));
}
