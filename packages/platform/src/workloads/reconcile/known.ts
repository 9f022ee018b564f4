import type { workloads } from "@platform-mcp/client/contract";
import type { WorkloadRow } from "../../db/schema.ts";

/** A workload's row, as far as it decides what is done and recorded next. */
export interface Known {
  readonly goal: "active" | "stopped" | "removed";
  readonly generation: number;
  readonly observedGeneration: number;
  /** The last generation that became what was wanted. */
  readonly reachedGeneration: number;
  readonly status: workloads.WorkloadStatus;
  readonly reason: workloads.WorkloadReason | null;
  readonly message: string | null;
  readonly url: string | null;
  readonly failures: number;
  readonly stalled: boolean;
  /** Since when the status is what it is, in milliseconds of the database's clock. */
  readonly lastTransitionAt: number;
  /** When it is tried again after a failure, in milliseconds of the database's clock. */
  readonly nextAttemptAt: number | null;
}

export function knownOf(row: WorkloadRow): Known {
  const goal = row.removal_reason === null ? row.desired_status : "removed";
  return {
    goal,
    generation: row.generation,
    observedGeneration: row.observed_generation,
    reachedGeneration: row.reached_generation,
    status: row.current_status,
    reason: row.reason,
    message: row.message,
    url: row.url,
    failures: row.failures,
    stalled: row.stalled,
    lastTransitionAt: Date.parse(row.last_transition_at),
    nextAttemptAt: row.next_attempt_at === null ? null : Date.parse(row.next_attempt_at),
  };
}

/** Whether the status speaks of what is wanted now. */
export function isCurrent({ generation, observedGeneration }: Known): boolean {
  return observedGeneration === generation;
}

/** Whether it is time to try again, as far as failures go. */
export function isDue({ nextAttemptAt }: Known, now: number): boolean {
  return nextAttemptAt === null || nextAttemptAt <= now;
}

/** Whether it was already what is wanted now. */
export function wasReached({ generation, reachedGeneration }: Known): boolean {
  return reachedGeneration === generation;
}
