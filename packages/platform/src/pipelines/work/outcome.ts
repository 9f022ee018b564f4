import type { EndReason } from "../../db/schema.ts";
import type { StepExit } from "../../runtime/runtime.ts";

/** How a step ended, as it is recorded. */
export interface Outcome {
  readonly status: "success" | "failure";
  readonly exit_code: number | null;
  readonly reason: EndReason | null;
  readonly message: string | null;
}

/**
 * Why a step was stopped before it ended by itself: somebody cancelled its pipeline, its time was over, its platform
 * stops, or its platform could not show for too long that it still runs it.
 */
export type StopCause = "cancelled" | "timeout" | "closing" | "unleased";

export function failure(reason: EndReason, message: string): Outcome {
  return { status: "failure", exit_code: null, reason, message: message.replaceAll("\0", "") };
}

/** What became of a step that was stopped. */
export function stoppedOutcome(cause: StopCause, timeoutMinutes: number): Outcome {
  switch (cause) {
    case "cancelled":
      return failure("cancelled", "its pipeline was cancelled");
    case "timeout":
      return failure("timeout", `it was stopped after ${timeoutMinutes} minute${timeoutMinutes === 1 ? "" : "s"}`);
    case "closing":
      return failure("lost", "the platform was stopped while it ran: retry the pipeline to run it again");
    case "unleased":
      return failure("lost", "the platform that ran it lost its database: retry the pipeline to run it again");
  }
}

/** What became of a step that ended by itself. */
export function exitOutcome({ exitCode, signal, abandoned, disruption }: StepExit): Outcome {
  if (disruption !== undefined) {
    return { ...failure(disruption.reason, disruption.message), exit_code: exitCode };
  }
  if (abandoned) return failure("lost", "the platform that ran it did not respond: retry the pipeline to run it again");
  if (exitCode === 0) return { status: "success", exit_code: 0, reason: null, message: null };
  if (exitCode !== null) return { status: "failure", exit_code: exitCode, reason: "exit", message: null };
  return failure("exit", `it was ended by ${signal ?? "a signal"}`);
}
