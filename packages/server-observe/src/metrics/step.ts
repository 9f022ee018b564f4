import { ArgumentError } from "@platform-mcp/server-kit";

/** Lengths of a step that people think in, in seconds. */
const usual = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Values that a series is shown with, about. */
const values = 30;

/** The step, in seconds, with which a time of so many seconds becomes about as many values as are worth reading. */
export function stepFor(seconds: number): number {
  return usual.find((step) => seconds / step <= values) ?? 86_400;
}

/** Values of a series at most: more of them fill an answer with what nobody reads. */
const most = 1000;

/** @throws ArgumentError for a step that makes too many values of a time; both in seconds */
export function requireReadable(step: number, seconds: number): void {
  const count = Math.ceil(seconds / step);
  if (count <= most) return;
  const enough = Math.ceil(seconds / most);
  const advice = enough > 86_400 ? "the time must be shorter" : `step must be at least ${enough}, or the time shorter`;
  throw new ArgumentError(
    `this step makes ${count} values of each series, and more than ${most} are too many to read: ${advice}`,
  );
}
