import type { workloads } from "@platform-mcp/client/contract";
import type { WorkloadState } from "../../runtime/workload.ts";
import { backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type Known, wasReached } from "./known.ts";
import { untilNextLook, whileItTakes } from "./until-next-look.ts";

type Reason = workloads.WorkloadReason;

/** What came of a look at a workload. */
export type Finding =
  /** What is wanted is new, and is about to be applied. */
  | { readonly kind: "begun" }
  /** How it is; `applied`, just after it was applied. */
  | { readonly kind: "observed"; readonly state: WorkloadState; readonly applied: boolean }
  /** An attempt to bring it about, to stop or to remove it ended with this; `isFinal`: so would every other. */
  | { readonly kind: "failed"; readonly reason: Reason; readonly message: string; readonly isFinal: boolean }
  /** Nobody can say how it is, since the runtime cannot be asked. */
  | { readonly kind: "unknown"; readonly message: string; readonly applied: boolean }
  /** It was asked to stop, or to be removed; `isDone`: nothing of it runs, or is left. */
  | { readonly kind: "ended"; readonly isDone: boolean }
  /** There was nothing to do. */
  | { readonly kind: "nothing" };

/** What is recorded of a workload, always of its generation. */
export interface Next
  extends Pick<Known, "status" | "reason" | "message" | "url" | "failures" | "stalled" | "nextAttemptAt"> {
  /** What its history gets; with a success it has become what is wanted. */
  readonly history: {
    readonly status: "success" | "failure";
    readonly reason: Reason | null;
    readonly message: string | null;
  } | null;
  /** Nothing of it is left: its row is deleted. */
  readonly isRemoved: boolean;
  /** The status is what it is from now on, though it may have been the same before. */
  readonly isNew: boolean;
  /** Milliseconds until somebody should look again. */
  readonly lookIn: number;
}

/** How long what is not ready any more has to become so by itself, before it is applied again, in milliseconds. */
const SELF_HEALING = 30_000;
/** How long an attempt may take, whatever the runtime says, in milliseconds. */
const ATTEMPT_LIMIT = 600_000;

/** What is recorded of a workload after a look at it, and when to look again. */
export function nextState(known: Known, finding: Finding, clock: Clock): Next {
  switch (finding.kind) {
    case "begun":
      return { ...unchanged(known, clock), status: "syncing", reason: null, message: null, nextAttemptAt: null };
    case "observed":
      return afterObservation(known, finding, clock);
    case "failed":
      return failure(known, finding, clock);
    case "unknown": {
      const { applied, message } = finding;
      return notReady(known, { applied, what: { reason: "unreachable", message }, isOver: false }, clock);
    }
    case "ended":
      return afterEnding(known, finding.isDone, clock);
    case "nothing":
      return unchanged(known, clock);
  }
}

interface Trouble {
  readonly reason: Reason | null;
  readonly message: string | null;
}

function afterObservation(
  known: Known,
  { state, applied }: { readonly state: WorkloadState; readonly applied: boolean },
  clock: Clock,
): Next {
  const seen = { ...known, url: state.url ?? known.url };
  const { status, reason, message } = state;
  switch (status) {
    case "ready":
      return healthy(seen, clock);
    case "progressing":
      return notReady(seen, { applied, what: { reason, message }, isOver: false }, clock);
    case "failing":
      return notReady(seen, { applied, what: { reason, message }, isOver: true }, clock);
    case "absent": {
      // What was applied a moment ago is there, unless somebody else sees to the opposite.
      const changed = {
        reason: "gone",
        message: message ?? "what ran is gone, or was changed by somebody else",
      } as const;
      return notReady(seen, { applied, what: changed, isOver: applied }, clock);
    }
  }
}

function healthy(known: Known, clock: Clock): Next {
  const now = {
    status: "healthy",
    reason: null,
    message: null,
    failures: 0,
    stalled: false,
    nextAttemptAt: null,
  } as const;
  return { ...unchanged({ ...known, ...now }, clock), history: successOf(known) };
}

interface Look {
  readonly applied: boolean;
  readonly what: Trouble;
  /** Whether that ends an attempt that is under way. */
  readonly isOver: boolean;
}

function notReady(known: Known, { applied, what, isOver }: Look, clock: Clock): Next {
  const since = applied ? clock.now : known.lastTransitionAt;
  const { reason } = what;
  if (applied || known.status === "syncing") {
    const isLate = clock.now - since >= ATTEMPT_LIMIT;
    if (isOver || isLate) {
      const late = "it has not become ready within 10 minutes";
      return failure(known, { reason: reason ?? "not_ready", message: what.message ?? late, isFinal: false }, clock);
    }
    return {
      ...unchanged(known, clock),
      ...what,
      status: "syncing",
      nextAttemptAt: null,
      // Each attempt has its time, however often a platform was killed in those before.
      isNew: applied,
      lookIn: whileItTakes(clock.now - since),
    };
  }
  if (known.status === "healthy") {
    // What is gone does not come back by itself.
    const nextAttemptAt = reason === "gone" ? clock.now : clock.now + SELF_HEALING;
    return degraded({ ...known, nextAttemptAt }, what, clock);
  }
  // Until it is tried again, it stays as it is; why that is can change.
  return isOver ? { ...unchanged(known, clock), ...what, reason: reason ?? known.reason } : unchanged(known, clock);
}

function degraded(known: Known, { reason, message }: Trouble, clock: Clock): Next {
  return { ...unchanged({ ...known, status: "degraded" }, clock), reason: reason ?? "not_ready", message };
}

function failure(
  known: Known,
  { reason, message, isFinal }: Trouble & { readonly isFinal: boolean },
  clock: Clock,
): Next {
  const failures = known.failures + 1;
  // What should not be there is never given up.
  const stalled = isFinal && known.goal !== "removed";
  const nextAttemptAt = stalled ? null : clock.now + backoff(failures, clock.random);
  const status = known.goal === "active" && wasReached(known) && !stalled ? "degraded" : "failed";
  return {
    ...unchanged({ ...known, status, failures, stalled, nextAttemptAt }, clock),
    ...{ reason, message, history: { status: "failure", reason, message } },
  };
}

function afterEnding(known: Known, isDone: boolean, clock: Clock): Next {
  const ended = { ...known, reason: null, message: null, nextAttemptAt: null };
  if (!isDone) {
    // What had stopped and runs again for a moment is not worth a word.
    const status = known.status === "stopped" ? "stopped" : "syncing";
    return { ...unchanged({ ...ended, status }, clock), lookIn: whileItTakes(clock.now - known.lastTransitionAt) };
  }
  const stopped = { ...ended, status: "stopped", url: null, failures: 0, stalled: false } as const;
  return { ...unchanged(stopped, clock), history: successOf(known), isRemoved: known.goal === "removed" };
}

/** Each generation succeeds once. */
function successOf(known: Known): Next["history"] {
  return wasReached(known) ? null : { status: "success", reason: null, message: null };
}

function unchanged(known: Known, clock: Clock): Next {
  const { status, reason, message, url, failures, stalled, nextAttemptAt } = known;
  return {
    ...{ status, reason, message, url, failures, stalled, nextAttemptAt },
    ...{ history: null, isRemoved: false, isNew: false, lookIn: untilNextLook(known, clock) },
  };
}
