import { setTimeout as delay } from "node:timers/promises";

/**
 * Does something with the platform's repository, again and again while the platform cannot be reached.
 * @param until when it is given up, by `performance.now()`
 * @throws what it rejects with, at once when trying again does not help
 */
export async function whileAway<T>(until: number, action: () => Promise<T>): Promise<T> {
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      return await action();
    } catch (error) {
      if (isRefusal(error) || performance.now() + wait > until) throw error;
      await delay(wait);
    }
  }
}

/** The moment so many seconds from now, by `performance.now()`. */
export function inSeconds(seconds: number): number {
  return performance.now() + seconds * 1000;
}

const refusals = [
  /\[(?:remote )?rejected\]/,
  /hook declined/,
  /Authentication failed/,
  /The requested URL returned error: 4(?!08|29)\d\d/,
  /repository '.*' not found/,
];

/** What trying again does not help against, as opposed to a platform that is away. */
export function isRefusal(error: unknown): boolean {
  const said = error instanceof Error ? error.message : String(error);
  return refusals.some((refusal) => refusal.test(said));
}
