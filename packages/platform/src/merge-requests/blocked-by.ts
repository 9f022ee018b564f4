import type { Caller } from "../access/caller.ts";
import { refuseRefChange } from "../git/refs/refuse-ref-change.ts";
import type { ActiveProject } from "../projects/queries.ts";
import type { BranchComparison } from "./comparison/compare-branches.ts";
import type { HeadPipeline } from "./head-pipeline.ts";
import type { MergeRequestRow } from "./queries.ts";
import type { ReviewOutcome } from "./reviews/review-outcome.ts";

interface Standing {
  readonly head: string;
  readonly comparison: BranchComparison;
  readonly pipeline: HeadPipeline | null;
  readonly reviews: ReviewOutcome;
}

/** What keeps a merge request from being merged by this caller though it has no conflicts, and what to do about it. */
export function blockedBy(
  { project, caller }: { readonly project: ActiveProject; readonly caller: Caller },
  { target_branch }: Pick<MergeRequestRow, "target_branch">,
  { head, comparison, pipeline, reviews }: Standing,
): readonly string[] {
  const blocked: (string | undefined)[] = [];
  if (comparison.baseSha === null) blocked.push("the branches share no history: make the change again on the target");
  if (project.merge_requires_pipeline) blocked.push(pipelineMissing(head, pipeline));
  if (project.merge_requires_approval) blocked.push(approvalMissing(head, reviews));
  blocked.push(refusal(project, caller, target_branch, { head, reviews }));
  return blocked.filter((reason) => reason !== undefined);
}

/** Why the rule for changes of refs keeps the caller from moving the target branch. */
function refusal(
  project: ActiveProject,
  { user }: Caller,
  target: string,
  { head, reviews }: Pick<Standing, "head" | "reviews">,
): string | undefined {
  const change = { ref: `refs/heads/${target}`, oldSha: head, newSha: head, rewrites: false };
  const asFor = (allowed: boolean) =>
    refuseRefChange(change, { ...project, allow_agent_push_to_default: allowed }, user)?.reason;
  // What a human has approved is theirs as much as the agent's.
  const whatever = asFor(true);
  if (whatever !== undefined || project.allow_agent_push_to_default || reviews.approvedByHuman) return whatever;
  if (asFor(false) === undefined) return undefined;
  return `agents may merge into the default branch only what a human who may write to the project has approved: ask one to review ${short(head)}, or to merge`;
}

function pipelineMissing(head: string, pipeline: HeadPipeline | null): string | undefined {
  if (pipeline === null) {
    return `the project asks for a successful pipeline, and ${short(head)} has none: trigger one for the source branch`;
  }
  if (pipeline.status === "success") return undefined;
  if (pipeline.status === "pending" || pipeline.status === "running") {
    return `pipeline ${pipeline.id} of ${short(head)} is ${pipeline.status}: wait for its success`;
  }
  return `pipeline ${pipeline.id} of ${short(head)} ended in ${pipeline.status}: push what mends it, or retry it`;
}

function approvalMissing(head: string, { approvals, changesRequestedBy }: ReviewOutcome): string | undefined {
  if (changesRequestedBy.length > 0) {
    const who = changesRequestedBy.join(", ");
    return `${who} asked for changes: push them, or have ${who} review ${short(head)} again`;
  }
  if (approvals > 0) return undefined;
  return `the project asks for an approval of ${short(head)} by somebody else who may write to it: ask for a review`;
}

/** A commit as people read it. */
function short(sha: string): string {
  return sha.slice(0, 10);
}
