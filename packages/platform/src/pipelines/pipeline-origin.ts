import type { ProjectRow } from "../db/schema.ts";

/** What a pipeline is of, and what started it. */
export interface PipelineOrigin {
  readonly project: Pick<ProjectRow, "id">;
  readonly trigger: "push" | "api" | "mr";
  /** `refs/heads/<branch>`, or for an API call what the caller gave. */
  readonly gitRef: string;
  /** The branch that `gitRef` names; null for tags and commits. */
  readonly branch: string | null;
  /** Full SHA. */
  readonly commitSha: string;
  readonly triggeredBy: string | null;
}

/** The part of a pipeline's row that says where it comes from. */
export function originColumns({ project, trigger, gitRef, branch, commitSha, triggeredBy }: PipelineOrigin) {
  return {
    project_id: project.id,
    trigger,
    git_ref: gitRef,
    branch,
    commit_sha: commitSha,
    triggered_by: triggeredBy,
  };
}
