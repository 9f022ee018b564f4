import { setTimeout as delay } from "node:timers/promises";
import { isRefusal } from "../db/is-refusal.ts";

/** Between two attempts, in milliseconds: at first, and at most. */
const SHORTEST = 50;
const LONGEST = 2_000;

/**
 * Does something again and again until it succeeds, however long the database is away; `onError` is told each time it
 * does not. @throws the signal's reason once that ends it, and what would be the same however often it is tried: values
 * that the database refuses
 */
export async function persist<T>(
  work: () => Promise<T>,
  { signal, onError }: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<T> {
  for (let pause = SHORTEST; ; pause = Math.min(2 * pause, LONGEST)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
      if (isRefusal(error)) throw error;
    }
    await delay(pause, undefined, { signal }).catch(() => {});
  }
}
