import * as z from "zod";
import { endpoint, text } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { environment } from "./path-parameters.ts";
import { containerImage } from "./projects.ts";
import { done, repositoryPath, timestamp, uuid } from "./values.ts";
import { desiredStatus, workloadHistory, workloadLogSelection, workloadState, workloadStatus } from "./workloads.ts";

export { environment };
export type Environment = z.output<typeof environment>;

export const deployment = z.object({
  id: uuid,
  project_id: uuid,
  environment,
  ops_repo_id: uuid.nullable(),
  manifest_path: z.string().nullable(),
  /** A container image, or `git:` and a full commit SHA where processes are run from the repository itself. */
  image_ref: z.string(),
  values_override: z.unknown().nullable(),
  desired_status: desiredStatus,
  current_status: workloadStatus,
  /** The commit of the ops repo. */
  current_sha: z.string().nullable(),
  deployed_by: uuid.nullable(),
  deployed_by_name: z.string().nullish(),
  /** When it last became healthy in a new state. */
  deployed_at: timestamp.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  ...workloadState,
});
export type Deployment = z.output<typeof deployment>;

/** Any JSON of bounded size: what the ops repo's manifests are rendered with. */
const values = z.json().refine((value) => JSON.stringify(value).length <= 65_536, "must be at most 65536 characters");

const manifestPath = repositoryPath.refine(({ length }) => length >= 1 && length <= 500, "must be 1 to 500 characters");

export const listDeployments = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/deployments",
  summary: "List deployments, by environment",
  permission: "deploy:read",
  query: page,
  response: pageOf(deployment),
});

export const createDeployment = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/deployments",
  summary: "Deploy to an environment that has no deployment yet; 409 names the one that is there",
  permission: "deploy:promote",
  body: z.object({
    environment,
    image_ref: containerImage,
    ops_repo_id: uuid.nullish(),
    manifest_path: manifestPath.nullish(),
    values_override: values.nullish(),
  }),
  response: deployment,
  status: 201,
});

export const getDeployment = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/deployments/{environment}",
  summary: "Get a deployment with its state",
  permission: "deploy:read",
  response: deployment,
});

export const updateDeployment = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/deployments/{environment}",
  summary: "Change a deployment; what is left out stays, null clears; without any change it is deployed anew",
  permission: "deploy:promote",
  body: z.object({
    image_ref: containerImage.optional(),
    desired_status: z
      .enum(["active", "stopped"], {
        error: "desired_status must be 'active' or 'stopped' (use rollback endpoint for rollback)",
      })
      .optional(),
    values_override: values.nullish(),
    ops_repo_id: uuid.nullish(),
    manifest_path: manifestPath.nullish(),
  }),
  response: deployment,
});

export const rollbackDeployment = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/deployments/{environment}/rollback",
  summary: "Go back to the image and values of the last successful deployment with another image; 409 if there is none",
  permission: "deploy:promote",
  response: done.extend({
    /** What it goes back to. */
    image_ref: z.string().optional(),
    generation: z.int().optional(),
  }),
});

export const deploymentHistory = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/deployments/{environment}/history",
  summary: "What was tried with a deployment, newest first",
  permission: "deploy:read",
  query: page,
  response: pageOf(workloadHistory),
});

export const deploymentLogs = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/deployments/{environment}/logs",
  summary: "The last lines that a deployment printed",
  permission: "deploy:read",
  query: workloadLogSelection,
  response: text,
});

export const deleteDeployment = endpoint({
  method: "DELETE",
  path: "/api/projects/{project_id}/deployments/{environment}",
  summary: "End a deployment and all that belongs to it; it is gone once nothing of it runs, and its history stays",
  permission: "deploy:promote",
  response: done,
});
