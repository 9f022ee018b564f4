/**
 * Milliseconds until the next multiple of a period, by this process's own clock; one that is less than a tenth of the
 * period away is passed over. Whatever is done now and then waits for it, so that all of it is done at the same moments:
 * to wake up costs more than to look.
 */
export function untilNext(period: number, now = performance.now()): number {
  const wait = period - (now % period);
  return wait < period / 10 ? wait + period : wait;
}
