import { constants } from "node:os";
import type { StepExit } from "../../runtime.ts";

/** How a process ended, as the end of a sentence: `ended with exit code 1`. */
export function describeExit({ exitCode, abandoned }: StepExit): string {
  if (abandoned) return "was ended because the platform did not show any sign of life";
  if (exitCode === null) return "was killed from outside";
  // As a shell says that a signal ended what it ran.
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  if (signal === undefined) return `ended with exit code ${exitCode}`;
  return signal === "SIGKILL" ? "was killed (SIGKILL), as for want of memory" : `ended by ${signal}`;
}
