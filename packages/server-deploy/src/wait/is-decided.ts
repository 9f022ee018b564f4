import { statusOf, type Workload } from "../workload.ts";

/** Failures in a row after which nobody need wait for the next. */
const enough = 3;

/** What is waited for. */
export interface Awaited {
  /** The beginning of the commit that it must be of; any without it. */
  readonly commit: string | undefined;
}

/** Whether it is of the commit that is waited for. */
export function isAwaited({ commit_sha }: Workload, { commit }: Awaited): boolean {
  return commit === undefined || commit_sha?.startsWith(commit) === true;
}

/** Whether waiting for more of it is pointless: it is as it should be, or will not become so soon. */
export function isDecided(workload: Workload, awaited: Awaited): boolean {
  if (!isAwaited(workload, awaited)) return false;
  const { desired_status: wanted, stalled, failures, generation } = workload;
  const status = statusOf(workload);
  if (status === "healthy") return wanted === "active";
  if (status === "stopped") return wanted === "stopped";
  // A platform that counts no failures has taken what was asked for last into account: that made it pending.
  if (status === "failed" && generation === undefined) return true;
  return stalled === true || (failures !== undefined && failures >= enough);
}
