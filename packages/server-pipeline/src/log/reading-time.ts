import type { LogRead } from "./read-log.ts";

/** How long the reading of a log may take, in milliseconds. */
export interface ReadingTime {
  /** Until the platform begins to answer. */
  readonly begin: number;
  /** Until all has come. */
  readonly whole: number;
}

/** Platforms that keep the log of a running step until it ends would let the call wait as long. */
export function readingTime({ isRunning }: { readonly isRunning: boolean }): ReadingTime {
  return { begin: isRunning ? 5_000 : 20_000, whole: 60_000 };
}

/** What is said of a log that took longer; undefined when it did not. */
export function cutByTimeNote({ cutByTime, lines }: LogRead, isRunning: boolean): string | undefined {
  if (cutByTime === undefined) return undefined;
  const { begin, whole } = readingTime({ isRunning });
  if (cutByTime === "while it came") {
    return `Reading was stopped after ${whole / 1000} s and ${lines} lines: the platform does not send more in that time.`;
  }
  return isRunning
    ? `Nothing came within ${begin / 1000} s: this platform gives the log of a running step only when the step has ended. Next: wait_for_pipeline, then get_step_logs.`
    : `The platform did not begin to send the log within ${begin / 1000} s. Try again in a while.`;
}
