import { StartError } from "../runtime.ts";
import type { KubeClient } from "./client.ts";
import { deletePod, podGone } from "./delete-pod.ts";
import { ownPods, podIdOf, type WhichPods } from "./own-pods.ts";

/** Milliseconds in which what ran before must be gone. */
const patience = 90_000;

/**
 * Ends what runs already for the same step or session, and resolves when it is certain that nothing of it runs any more.
 * @throws StartError when it does not end, as on a node that does not respond; KubeError, and the signal's reason
 */
export async function endEarlierPods(client: KubeClient, which: WhichPods, signal: AbortSignal): Promise<void> {
  for (const pod of await ownPods(client, which, signal)) {
    const id = podIdOf(pod);
    await deletePod(client, id, { graceSeconds: 1, signal });
    const timeout = AbortSignal.timeout(patience);
    await podGone(client, id, AbortSignal.any([signal, timeout])).catch((error: unknown) => {
      signal.throwIfAborted();
      throw timeout.aborted ? new StartError(`An earlier pod for it, ${id.name}, does not end`) : error;
    });
  }
}
