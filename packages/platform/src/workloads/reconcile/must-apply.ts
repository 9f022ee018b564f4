import type { WorkloadState } from "../../runtime/workload.ts";
import { isCurrent, isDue, type Known } from "./known.ts";

/**
 * Whether a workload that should run is to be applied: what is wanted is new, what was applied is gone, or it is time to
 * try again what has failed.
 *
 * @param state as it was observed; undefined when what is wanted is new
 * @param now milliseconds of the database's clock
 */
export function mustApply(known: Known, state: WorkloadState | undefined, now: number): boolean {
  if (!isCurrent(known) || state === undefined) return true;
  if (known.stalled || state.status === "ready") return false;
  if (known.status === "failed" || known.status === "degraded") return isDue(known, now);
  return state.status === "absent";
}
