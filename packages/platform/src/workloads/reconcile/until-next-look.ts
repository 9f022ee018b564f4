import type { Clock } from "./clock.ts";
import type { Known } from "./known.ts";

/** Between two looks at what is healthy, in milliseconds; a fifth more or less. */
const RECHECK = 60_000;
/** Between two looks at what nothing more is expected of, in milliseconds. */
const RARELY = 3_600_000;
/** Between two looks at what changes, in milliseconds: at least and at most; in between, a fourth of the time it has taken. */
const SOON = 500;
const LATER = 5_000;

/** Milliseconds until somebody should look again at a workload that is like this. */
export function untilNextLook(known: Known, { now, random }: Clock): number {
  const { status, stalled, nextAttemptAt, lastTransitionAt } = known;
  if (stalled || status === "stopped") return RARELY;
  if (nextAttemptAt !== null) return Math.max(SOON, Math.min(RECHECK, nextAttemptAt - now));
  return status === "healthy" ? RECHECK * (0.8 + random * 0.4) : whileItTakes(now - lastTransitionAt);
}

/** Milliseconds until somebody should look again at what has taken so many milliseconds by now. */
export function whileItTakes(milliseconds: number): number {
  return Math.min(Math.max(SOON, milliseconds / 4), LATER);
}
