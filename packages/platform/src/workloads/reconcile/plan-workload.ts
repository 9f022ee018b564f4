import type { WorkloadPlan } from "../../runtime/workload.ts";
import { projectSecrets } from "../../secrets/project-secrets.ts";
import { instrumentedWorkload } from "./instrumented-workload.ts";
import type { Work } from "./read-work.ts";
import type { ReconcileServices } from "./reconcile-services.ts";

export interface PlannedWorkload {
  readonly plan: WorkloadPlan;
  /** The commit of the ops repo that its manifests come from. */
  readonly sha: string | null;
}

/** Puts together all that a workload needs. @throws WorkloadError, and what `projectSecrets` throws */
export async function planWorkload(
  services: ReconcileServices,
  work: Work,
  signal: AbortSignal,
): Promise<PlannedWorkload> {
  const { db, masterKey, repositories, telemetry } = services;
  const { row, name, projectName } = work;
  const { project_id: projectId, kind, image_ref: imageRef, generation } = row;
  const environment = workloadEnvironment(row, projectName);
  const purpose = kind === "deployment" ? "deploy" : "preview";
  const secrets = await projectSecrets(db, masterKey, { projectId, purpose });
  const settings = telemetry.settingsFor(instrumentedWorkload(work, environment), secrets.keys());
  const plan = {
    ...name,
    ...{ generation, imageRef, repository: repositories.of(projectId) },
    environment: { ...settings.environment, ...environment },
    secrets: {
      ...settings.secrets,
      // What the platform knows better counts.
      ...Object.fromEntries([...secrets].filter(([variable]) => !Object.hasOwn(environment, variable))),
    },
  };
  const found = await manifestsFor(services, work, signal);
  return { plan: { ...plan, manifests: found?.manifests }, sha: found?.sha ?? null };
}

async function manifestsFor({ manifestsOf }: ReconcileServices, { row, name, projectName }: Work, signal: AbortSignal) {
  const { ops_repo_id: opsRepoId, manifest_path: manifestPath, image_ref: imageRef, values_override: values } = row;
  if (opsRepoId === null) return undefined;
  const environment = row.environment ?? "preview";
  return await manifestsOf({ opsRepoId, manifestPath, name, imageRef, projectName, environment, values }, signal);
}

function workloadEnvironment(row: Work["row"], projectName: string): Record<string, string> {
  const commit = /^git:(?<sha>[0-9a-f]{40,64})$/.exec(row.image_ref)?.groups?.sha ?? row.commit_sha;
  return {
    PLATFORM_ENVIRONMENT: row.environment ?? "preview",
    PLATFORM_PROJECT_NAME: projectName,
    PLATFORM_PROJECT_ID: row.project_id,
    ...(commit !== null && { COMMIT_SHA: commit }),
    ...(row.branch !== null && { BRANCH: row.branch }),
  };
}
