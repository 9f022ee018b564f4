import { setTimeout as delay } from "node:timers/promises";
import { untilNext } from "./until-next.ts";

/**
 * Does something again and again, at most once in each period, until the signal; ends when what it is doing then has ended.
 * A failure goes to `onError` and does not end it.
 *
 * @param pause milliseconds of a period
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
    await delay(untilNext(pause), undefined, { signal }).catch(() => {});
  }
}
