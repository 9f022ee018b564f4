import { allOf, everywhere, type Need, notThere, onProject } from "./need.ts";

const see = onProject("deploy:read");
const promote = onProject("deploy:promote");
const read = onProject("project:read");
const write = onProject("project:write");
/** Ops repos are the platform's: whoever has something made from one may read it there. */
const fromOpsRepo = allOf(promote, everywhere("deploy:read"));

/** What is deployed from a project, in the rows of the table. */
export const deployNeeds = {
  "GET /api/projects/{project_id}/deployments": see,
  "POST /api/projects/{project_id}/deployments": promote,
  "POST /api/projects/{project_id}/deployments (from an ops repo)": fromOpsRepo,
  "GET /api/projects/{project_id}/deployments/{environment}": see,
  "PATCH /api/projects/{project_id}/deployments/{environment}": promote,
  "PATCH /api/projects/{project_id}/deployments/{environment} (to an ops repo)": fromOpsRepo,
  "POST /api/projects/{project_id}/deployments/{environment}/rollback": promote,
  "GET /api/projects/{project_id}/deployments/{environment}/history": see,
  "GET /api/projects/{project_id}/deployments/{environment}/logs": see,
  "DELETE /api/projects/{project_id}/deployments/{environment}": promote,

  "GET /api/projects/{project_id}/previews": read,
  "GET /api/projects/{project_id}/previews/{branch_slug}": read,
  "GET /api/projects/{project_id}/previews/{branch_slug} (another project's)": notThere("project:read", "preview"),
  "GET /api/projects/{project_id}/previews/{branch_slug}/history": read,
  "GET /api/projects/{project_id}/previews/{branch_slug}/history (another project's)": notThere(
    "project:read",
    "preview",
  ),
  "GET /api/projects/{project_id}/previews/{branch_slug}/logs": read,
  "GET /api/projects/{project_id}/previews/{branch_slug}/logs (another project's)": notThere("project:read", "preview"),
  "POST /api/projects/{project_id}/previews/{branch_slug}/extend": write,
  "POST /api/projects/{project_id}/previews/{branch_slug}/extend (another project's)": notThere(
    "project:write",
    "preview",
  ),
  "DELETE /api/projects/{project_id}/previews/{branch_slug}": write,
  "DELETE /api/projects/{project_id}/previews/{branch_slug} (another project's)": notThere("project:write", "preview"),
} as const satisfies Record<string, Need>;
