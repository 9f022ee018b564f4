import type { ProjectRow, UserRow } from "../../db/schema.ts";
import type { RefChange } from "./ref-change.ts";
import { isWritableRef, refNameProblem } from "./ref-name.ts";

/** What of a project decides which changes of its refs are refused. */
export type RefProtection = Pick<
  ProjectRow,
  "default_branch" | "allow_agent_push_to_default" | "allow_force_push_to_default"
>;

export interface ProposedRefChange extends RefChange {
  /** Whether the old commit would no longer be part of the branch, as after a force push. */
  readonly rewrites: boolean;
}

/** Why a change of a ref is refused, and what to do instead; both for the eyes of whoever wants it. */
export interface Refusal {
  readonly reason: string;
  readonly advice: string;
}

const onlyBranchesAndTags: Refusal = {
  reason: "only branches (refs/heads/) and tags (refs/tags/) can be changed",
  advice: "Push to a branch or a tag.",
};

/**
 * The one rule for changes of refs, whether a push, a merge or the API makes them: which refs there may be, and what the
 * default branch, from which production is deployed, is protected from. Undefined: the change may be made.
 */
export function refuseRefChange(
  { ref, newSha, rewrites }: ProposedRefChange,
  project: RefProtection,
  by: Pick<UserRow, "user_type">,
): Refusal | undefined {
  if (!isWritableRef(ref)) return onlyBranchesAndTags;
  // What has a bad name, from an import say, can be got rid of.
  const problem = newSha === null ? undefined : refNameProblem(ref);
  if (problem !== undefined) return { reason: problem, advice: "Push it under another name." };
  if (ref !== `refs/heads/${project.default_branch}`) return undefined;
  if (by.user_type === "agent" && !project.allow_agent_push_to_default) {
    return {
      reason: "agents may not change the default branch",
      advice: "Push to another branch, then open a merge request.",
    };
  }
  if (project.allow_force_push_to_default) return undefined;
  if (newSha === null) {
    return { reason: "the default branch cannot be deleted", advice: "Make another branch the default first." };
  }
  if (rewrites) {
    return {
      reason: "the default branch does not take a push that drops commits",
      advice: "Fetch, rebase or merge, and push again without --force.",
    };
  }
  return undefined;
}
