import type { LogRead } from "./read-log.ts";

/** Milliseconds that reading a log may take. */
const whole = 30_000;
/** Of a step that runs: platforms that keep such a log until its end would let the call wait as long. */
const unfinished = 10_000;

/** How long a log may take to be read. */
export function readingTime({ isRunning }: { readonly isRunning: boolean }): number {
  return isRunning ? unfinished : whole;
}

/** What is said of a log that took longer; undefined when it did not. */
export function cutByTimeNote({ cutByTime, lines }: LogRead, isRunning: boolean): string | undefined {
  const seconds = readingTime({ isRunning }) / 1000;
  if (cutByTime === undefined) return undefined;
  if (cutByTime === "while it came") {
    return `Reading was stopped after ${seconds} s, at line ${lines} of those that came: the platform sends no more than that in time.`;
  }
  return isRunning
    ? `This platform gives the log of a running step only when the step has ended; nothing came within ${seconds} s. Next: wait_for_pipeline, then get_step_logs.`
    : `The platform did not begin to send the log within ${seconds} s. Try again in a while.`;
}
