import type { workloads } from "@platform-mcp/client/contract";
import type { WorkloadState } from "../../../workload.ts";

/** How what runs for a workload is. */
export interface Health extends Pick<WorkloadState, "reason" | "message"> {
  readonly status: "progressing" | "ready" | "failing";
  /** Whose last lines say more. */
  readonly log?: ContainerLog;
}

/** What one container of a pod prints. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** Of the process before the one that runs. */
  readonly previous: boolean;
}

/** What is wrong with a pod, or keeps a Deployment from having any. */
export interface Obstacle {
  readonly reason: workloads.WorkloadReason;
  /** A sentence without its full stop. */
  readonly message: string;
  /** Whether it is to be told at once; else it may be what every start looks like, until its time is up. */
  readonly isCertain: boolean;
  readonly log?: ContainerLog;
}
