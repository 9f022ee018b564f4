import type { PipelineDefinition } from "../definition/definition.ts";
import { matchesBranch } from "../definition/matches-branch.ts";

/** What happens to a merge request that may start a pipeline. */
export type MergeRequestAction = "opened" | "synchronized" | "reopened";

/** Whether a push to a branch starts a pipeline. A definition that names no branches means every one. */
export function startsOnPush({ on }: Pick<PipelineDefinition, "on">, branch: string): boolean {
  const branches = on.push?.branches ?? [];
  return branches.length === 0 || matchesBranch(branches, branch);
}

/** Whether a merge request starts a pipeline. One that names no actions means every one; without `on.mr` none does. */
export function startsOnMergeRequest({ on }: Pick<PipelineDefinition, "on">, action: MergeRequestAction): boolean {
  return on.mr !== null && (on.mr.actions.length === 0 || on.mr.actions.includes(action));
}
