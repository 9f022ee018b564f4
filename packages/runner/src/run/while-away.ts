import { setTimeout as delay } from "node:timers/promises";

/**
 * Does something with the platform's repository, again and again while the platform cannot be reached.
 * @param seconds for how long it is tried again
 * @throws what it rejects with, at once when trying again does not help
 */
export async function whileAway<T>(seconds: number, action: () => Promise<T>): Promise<T> {
  const until = performance.now() + seconds * 1000;
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      return await action();
    } catch (error) {
      if (isRefusal(error) || performance.now() + wait > until) throw error;
      await delay(wait);
    }
  }
}

/** What trying again does not help against, as opposed to a platform that is away. */
export function isRefusal(error: unknown): boolean {
  return /\[(?:remote )?rejected\]|non-fast-forward|fetch first|Authentication failed|403|401|not found|hook declined/i.test(
    error instanceof Error ? error.message : String(error),
  );
}
