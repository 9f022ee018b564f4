import type { V1Pod } from "@kubernetes/client-node";
import type { KubeClient } from "./client.ts";
import { Patience } from "./patience.ts";
import { containerState, type PodEnd } from "./pod-end.ts";
import { type PodId, watchPod } from "./watch-pod.ts";

interface WatchOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

const gone: PodEnd = { kind: "deleted", exitCode: null, message: "its pod was deleted" };

/** What happens to the containers of a pod, of which one runs after the other. */
export class ContainerWatch {
  /** The pod as it was when it was last seen. */
  latest: V1Pod | undefined;
  #isGone = false;
  #looked = Promise.withResolvers<void>();

  constructor(client: KubeClient, pod: PodId, options: WatchOptions) {
    // Whoever waits learns of its end.
    this.#watch(client, pod, options).catch((error: unknown) => this.#looked.reject(error));
    this.#looked.promise.catch(() => {});
  }

  /** Resolves with its end when a container has ended or never will begin, with undefined when it runs. @throws the signal's reason */
  async begun(container: string): Promise<PodEnd | undefined> {
    const patience = new Patience();
    return await this.#until((pod) => {
      const state = containerState(pod, container);
      if (state.is === "running") return { found: undefined };
      const end = state.is === "ended" ? state.end : patience.look(state);
      return end && { found: end };
    });
  }

  /** Resolves when a container that has begun has ended. @throws the signal's reason */
  async ended(container: string): Promise<PodEnd> {
    return await this.#until((pod) => {
      const state = containerState(pod, container);
      return state.is === "ended" ? { found: state.end } : undefined;
    });
  }

  /** Resolves once the pod was looked at. @throws the signal's reason */
  async looked(): Promise<void> {
    if (this.latest === undefined && !this.#isGone) await this.#looked.promise;
  }

  /** Whether all of its containers have ended, as far as is known. */
  get isOver(): boolean {
    const phase = this.latest?.status?.phase;
    return this.#isGone || phase === "Succeeded" || phase === "Failed";
  }

  /** Whether a container has ever begun, and has a log. */
  hasRun(container: string): boolean {
    const { initContainerStatuses = [], containerStatuses = [] } = this.latest?.status ?? {};
    const status = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container);
    return status?.state?.running !== undefined || status?.state?.terminated?.containerID !== undefined;
  }

  /** Whether a container runs now, as far as is known. */
  isRunning(container: string): boolean {
    return !this.#isGone && this.latest !== undefined && containerState(this.latest, container).is === "running";
  }

  /** The last look at a pod counts also when it is gone. */
  async #until<T>(find: (pod: V1Pod) => { readonly found: T } | undefined): Promise<T | PodEnd> {
    for (;;) {
      const looked = this.#looked.promise;
      const found = this.latest && find(this.latest);
      if (found !== undefined) return found.found;
      if (this.#isGone) return gone;
      await looked;
    }
  }

  async #watch(client: KubeClient, id: PodId, options: WatchOptions): Promise<void> {
    for await (const pod of watchPod(client, id, options)) {
      this.latest = pod ?? this.latest;
      this.#isGone = pod === undefined;
      this.#looked.resolve();
      this.#looked = Promise.withResolvers();
      this.#looked.promise.catch(() => {});
    }
  }
}
