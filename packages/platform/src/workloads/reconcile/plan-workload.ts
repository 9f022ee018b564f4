import { WorkloadError, type WorkloadPlan } from "../../runtime/workload.ts";
import { projectSecrets } from "../../secrets/project-secrets.ts";
import type { Work } from "./read-work.ts";
import type { ReconcileServices } from "./reconcile-services.ts";

export interface PlannedWorkload {
  readonly plan: WorkloadPlan;
  /** The commit of the ops repo that its manifests come from. */
  readonly sha: string | null;
}

/** Puts together all that a workload needs. @throws WorkloadError, and what `projectSecrets` throws */
export async function planWorkload(
  { db, masterKey, repositories }: ReconcileServices,
  { row, name, projectName }: Work,
): Promise<PlannedWorkload> {
  const { project_id: projectId, kind, image_ref: imageRef, generation, ops_repo_id } = row;
  if (ops_repo_id !== null)
    throw new WorkloadError("ops_repo", "this platform cannot read ops repos", { isFinal: true });
  const environment = workloadEnvironment(row, projectName);
  const purpose = kind === "deployment" ? "deploy" : "preview";
  const secrets = await projectSecrets(db, masterKey, { projectId, purpose });
  const plan = {
    ...name,
    ...{ generation, imageRef, environment, repository: repositories.of(projectId) },
    // What the platform knows better counts.
    secrets: Object.fromEntries([...secrets].filter(([variable]) => !Object.hasOwn(environment, variable))),
    manifests: undefined,
  };
  return { plan, sha: null };
}

function workloadEnvironment(row: Work["row"], projectName: string): Record<string, string> {
  const commit = row.commit_sha ?? /^git:(?<sha>[0-9a-f]{40,64})$/.exec(row.image_ref)?.groups?.sha;
  return {
    PLATFORM_ENVIRONMENT: row.environment ?? "preview",
    PLATFORM_PROJECT_NAME: projectName,
    PLATFORM_PROJECT_ID: row.project_id,
    ...(commit !== undefined && { COMMIT_SHA: commit }),
    ...(row.branch !== null && { BRANCH: row.branch }),
  };
}
