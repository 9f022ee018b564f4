import type { deployments } from "@platform-mcp/client";
import { named, shortSha, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { workloadDetails, workloadDetailsOutput, workloadOutput, workloadRow } from "../workload.ts";

export const deploymentOutput = {
  environment: z.string(),
  ...workloadOutput,
  deployed_at: z.string().nullable(),
  by: z.string().nullable(),
};

/** A deployment as a row, or as the beginning of its record. */
export function deploymentRow(deployment: deployments.Deployment) {
  return {
    environment: deployment.environment,
    ...workloadRow(deployment),
    deployed_at: time(deployment.deployed_at),
    by: named(deployment.deployed_by_name ?? deployment.deployed_by),
  };
}

export const deploymentDetailsOutput = {
  ...deploymentOutput,
  ...workloadDetailsOutput,
  ops_repo_id: z.string().nullable(),
  manifest_path: z.string().nullable(),
  manifests: z.string().nullable(),
  values: z.string().nullable(),
};

/** What a deployment by itself has beyond its row, but for its message. */
export function deploymentDetails(deployment: deployments.Deployment) {
  const { values_override: values } = deployment;
  return {
    ...deploymentRow(deployment),
    ...workloadDetails(deployment),
    ops_repo_id: deployment.ops_repo_id ?? null,
    manifest_path: named(deployment.manifest_path),
    manifests: shortSha(deployment.current_sha),
    values: values === null || values === undefined ? null : user(JSON.stringify(values)),
  };
}

export const standingOutput = {
  environment: z.string(),
  status: z.string(),
  image: z.string(),
  generation: z.int().nullable(),
};

/** What a change of a deployment answers with: where it stands. */
export function standing(deployment: deployments.Deployment) {
  const { environment, status, image } = deploymentRow(deployment);
  return { environment, status, image, generation: deployment.generation ?? null };
}
