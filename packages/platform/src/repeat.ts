import { setTimeout as delay } from "node:timers/promises";

/**
 * Does something again and again, with a pause in between, until the signal; ends when what it is doing then has ended.
 * A failure goes to `onError` and does not end it.
 *
 * @param pause milliseconds
 */
export async function repeat(
  work: () => Promise<void>,
  { pause, signal, onError }: { pause: number; signal: AbortSignal; onError: (error: unknown) => void },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await delay(pause, undefined, { signal }).catch(() => {});
  }
}
