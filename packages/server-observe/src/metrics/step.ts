/** Lengths of a step that people think in, in seconds. */
const usual = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Values that a series is shown with, about. */
const values = 30;

/** The step, in seconds, with which a time of so many seconds becomes about as many values as are worth reading. */
export function stepFor(seconds: number): number {
  return usual.find((step) => seconds / step <= values) ?? 86_400;
}
