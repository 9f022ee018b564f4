import type { workloads } from "@platform-mcp/client/contract";
import type { WorkloadError, WorkloadState } from "../../workload.ts";

/** How a release is. */
export type ReleaseState =
  /** It has not answered yet. */
  | { readonly kind: "starting" }
  /** It was seen to answer. */
  | { readonly kind: "ready" }
  /** It did answer, and does not now, or is started again. */
  | { readonly kind: "broken"; readonly reason: workloads.WorkloadReason; readonly message: string }
  /** No process of it is started any more. */
  | { readonly kind: "given_up"; readonly error: WorkloadError };

/** The same as a runtime says it. */
export function observed(state: ReleaseState): Omit<WorkloadState, "url"> {
  switch (state.kind) {
    case "starting":
      return { status: "progressing", reason: null, message: null };
    case "ready":
      return { status: "ready", reason: null, message: null };
    case "broken":
      return { status: "failing", reason: state.reason, message: state.message };
    case "given_up":
      return { status: "failing", reason: state.error.reason, message: state.error.message };
  }
}
