import { setTimeout as delay } from "node:timers/promises";

/** Asks again every few milliseconds until the answer is yes; false when the time (in milliseconds) is over first. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeout: number,
  every = 10,
): Promise<boolean> {
  const deadline = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      return false;
    }
    await delay(every);
  }
  return true;
}
