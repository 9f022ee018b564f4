import { nothings } from "../../testing/things-in-project.ts";
import { addDeployment } from "../../workloads/testing/add-deployment.ts";
import { addPreview } from "../../workloads/testing/add-preview.ts";
import type { deployNeeds } from "./deploy-needs.ts";
import type { Details, MakeDetails, Scene } from "./requests.ts";

const environment = "production";

function on({ target }: Scene, params: Readonly<Record<string, string>> = {}, body?: unknown): Details {
  return { params: { ...params, project_id: target.id }, ...(body !== undefined && { body }) };
}

const plain: MakeDetails = (scene) => on(scene);
const deployment: MakeDetails = (scene) => on(scene, { environment });

/** In a project that is the request's own. */
const freshDeployment: MakeDetails = async (scene) => {
  const { world, target } = scene;
  if (target.exists) await addDeployment(world.platform.db, target.id, environment);
  return on(scene, { environment });
};

const image = { image_ref: "registry.test/app:3" };

/** An ops repo that cannot be had: whether it may be named is all that is asked. */
async function fromOpsRepo({ world }: Scene) {
  const name = world.unique();
  const repo = {
    name,
    repo_url: `https://${name}.invalid/ops.git`,
    branch: "main",
    path: "/",
    sync_interval_s: 86_400,
  };
  const { id } = await world.platform.db.insertInto("ops_repos").values(repo).returning("id").executeTakeFirstOrThrow();
  return { ...image, ops_repo_id: id };
}

const preview =
  (body?: unknown): MakeDetails =>
  (scene) => {
    const { preview: branch_slug } = scene.world.things.get(scene.target.id) ?? nothings;
    return on(scene, { branch_slug }, body);
  };

const neighbours =
  (body?: unknown): MakeDetails =>
  (scene) =>
    on(scene, { branch_slug: scene.world.neighbour.preview }, body);

const freshPreview: MakeDetails = async (scene) => {
  const { world, target } = scene;
  const branch_slug = target.exists ? (await addPreview(world.platform.db, target.id, "next")).branch_slug : null;
  return on(scene, { branch_slug: branch_slug ?? nothings.preview });
};

const hours = { hours: 1 };

/** Requests as those of `requests.ts`, on what is deployed from a project. */
export const deployRequests: Readonly<Record<keyof typeof deployNeeds, MakeDetails>> = {
  "GET /api/projects/{project_id}/deployments": plain,
  "POST /api/projects/{project_id}/deployments": (scene) => on(scene, {}, { environment, ...image }),
  "POST /api/projects/{project_id}/deployments (from an ops repo)": async (scene) =>
    on(scene, {}, { environment, ...(await fromOpsRepo(scene)) }),
  "GET /api/projects/{project_id}/deployments/{environment}": deployment,
  "PATCH /api/projects/{project_id}/deployments/{environment}": (scene) => on(scene, { environment }, image),
  "PATCH /api/projects/{project_id}/deployments/{environment} (to an ops repo)": async (scene) =>
    on(scene, { environment }, await fromOpsRepo(scene)),
  "POST /api/projects/{project_id}/deployments/{environment}/rollback": freshDeployment,
  "GET /api/projects/{project_id}/deployments/{environment}/history": deployment,
  "GET /api/projects/{project_id}/deployments/{environment}/logs": deployment,
  "DELETE /api/projects/{project_id}/deployments/{environment}": freshDeployment,

  "GET /api/projects/{project_id}/previews": plain,
  "GET /api/projects/{project_id}/previews/{branch_slug}": preview(),
  "GET /api/projects/{project_id}/previews/{branch_slug} (another project's)": neighbours(),
  "GET /api/projects/{project_id}/previews/{branch_slug}/history": preview(),
  "GET /api/projects/{project_id}/previews/{branch_slug}/history (another project's)": neighbours(),
  "GET /api/projects/{project_id}/previews/{branch_slug}/logs": preview(),
  "GET /api/projects/{project_id}/previews/{branch_slug}/logs (another project's)": neighbours(),
  "POST /api/projects/{project_id}/previews/{branch_slug}/extend": preview(hours),
  "POST /api/projects/{project_id}/previews/{branch_slug}/extend (another project's)": neighbours(hours),
  "DELETE /api/projects/{project_id}/previews/{branch_slug}": freshPreview,
  "DELETE /api/projects/{project_id}/previews/{branch_slug} (another project's)": neighbours(),
};

/** Those after which the project must not be one that others use, too. */
export const changesDeployments: ReadonlySet<string> = new Set<keyof typeof deployNeeds>([
  "POST /api/projects/{project_id}/deployments",
  "POST /api/projects/{project_id}/deployments (from an ops repo)",
  "POST /api/projects/{project_id}/deployments/{environment}/rollback",
  "DELETE /api/projects/{project_id}/deployments/{environment}",
  "DELETE /api/projects/{project_id}/previews/{branch_slug}",
]);
