import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { Bell } from "../../bell.ts";
import type { KubeClient } from "./client.ts";
import { isNotFound } from "./kube-error.ts";
import { backOff } from "./retry.ts";

/** One pod, and none that has got its name since. */
export interface PodId {
  readonly name: string;
  readonly uid: string;
}

interface WatchOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between two looks when nothing tells of a change; 5,000. */
  readonly poll?: number | undefined;
  /** Told of each look that fails; another one follows. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Looks at a pod now, whenever something about it changes, and every few seconds; ends with undefined once there is no
 * such pod. A watch only makes it quicker: what is read is the truth, however often the API server goes away.
 *
 * @throws the signal's reason
 */
export async function* watchPod(
  client: KubeClient,
  { name, uid }: PodId,
  { signal, poll = 5_000, onError }: WatchOptions,
): AsyncGenerator<V1Pod | undefined, void> {
  const changed = new Bell();
  const over = new AbortController();
  const listening = listen(client, name, changed, AbortSignal.any([signal, over.signal]));
  let failures = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const pod = await readPod(client, name, signal);
        failures = 0;
        if (pod?.metadata?.uid !== uid) {
          yield undefined;
          return;
        }
        yield pod;
      } catch (error) {
        signal.throwIfAborted();
        failures++;
        onError?.(error);
      }
      await changed.wait(failures === 0 ? poll : backOff(failures), signal);
    }
  } finally {
    over.abort();
    await listening;
  }
}

/** A pod as it is now; undefined when there is none. @throws KubeError */
export async function readPod(client: KubeClient, name: string, signal?: AbortSignal): Promise<V1Pod | undefined> {
  const { namespace } = client;
  try {
    return await client.call((core, options) => core.readNamespacedPod({ name, namespace }, options), signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Rings at whatever a watch says: what that is does not matter, not even that it is an error. */
async function listen(client: KubeClient, name: string, changed: Bell, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${client.namespace}/pods`;
  const query = { watch: "true", fieldSelector: `metadata.name=${name}`, timeoutSeconds: "240" };
  for (let failures = 0; !signal.aborted; ) {
    const begun = performance.now();
    try {
      for await (const _ of await client.open(path, query, signal)) changed.ring();
    } catch {
      // Polling shows what there is to see.
    }
    failures = performance.now() - begun < 5_000 ? failures + 1 : 0;
    await delay(backOff(failures + 1), undefined, { signal }).catch(() => {});
  }
}
