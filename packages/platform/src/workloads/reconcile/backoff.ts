/** The pause after the first failure and the longest one, in milliseconds. */
const FIRST = 1_000;
const LONGEST = 300_000;

/**
 * How long to wait after so many failures in a row, in milliseconds: twice as long each time, up to 5 minutes, and up to
 * a fifth less, so that what failed together is not tried again together.
 *
 * @param random from 0 to 1
 */
export function backoff(failures: number, random: number): number {
  return Math.min(FIRST * 2 ** (failures - 1), LONGEST) * (1 - random / 5);
}
