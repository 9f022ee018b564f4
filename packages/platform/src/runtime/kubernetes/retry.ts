import { setTimeout as delay } from "node:timers/promises";
import { StartError } from "../runtime.ts";
import { KubeError } from "./kube-error.ts";

/** Between two attempts, in milliseconds: at first, and at most. */
const shortest = 200;
const longest = 5_000;

interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which no other attempt is made; a minute, in which an API server is usually back. */
  readonly limit?: number;
}

/** How long to wait before another attempt, in milliseconds; different for each who waits. */
export function backOff(failures: number): number {
  return Math.min(shortest * 2 ** Math.max(0, failures - 1), longest) * (0.5 + Math.random() / 2);
}

/** Does something until it succeeds, as long as its failure is one that may pass. @throws what it threw last */
export async function retry<T>(work: () => Promise<T>, { signal, limit = 60_000 }: RetryOptions = {}): Promise<T> {
  const end = performance.now() + limit;
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof KubeError && error.isTransient) || performance.now() > end) throw error;
    }
    await delay(backOff(failures), undefined, signal === undefined ? {} : { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
}

/** Runs a part of a start; what the cluster refuses is told to the user. @throws StartError, and what is not the cluster's */
export async function starting<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KubeError) throw new StartError(`${what}: ${error.message}`);
    throw error;
  }
}
