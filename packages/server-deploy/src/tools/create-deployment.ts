import { ClientError, deployments, PlatformError } from "@platform-mcp/client";
import {
  AdvisedError,
  type Api,
  defineTool,
  isMissingEndpoint,
  note,
  quoteName,
  record,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment, image, manifestPath, opsRepoId, values } from "../arguments.ts";
import { standing, standingOutput } from "../deployment/deployment.ts";

export const createDeployment = defineTool({
  name: "create_deployment",
  title: "Create deployment",
  description:
    "Deploy to an environment that has no deployment yet. The image is a container image, or git:<full commit SHA> where the platform runs processes of the repository.",
  // In production it makes something live, as in the other environments it does not.
  risk: "destructive",
  input: {
    environment,
    image_ref: image,
    ops_repo_id: opsRepoId.optional().describe("Its manifests instead of generated ones"),
    manifest_path: manifestPath.optional(),
    values_override: values.optional().describe("For the manifests"),
  },
  output: standingOutput,
  uses: [deployments.createDeployment],
  async confirmation(_, { environment, image_ref }) {
    return environment === "production"
      ? `Deploy to production for the first time?\nimage: ${quoteName(image_ref)}`
      : undefined;
  },
  async run({ api, project }, { values_override, ...rest }) {
    const body = { ...rest, ...(values_override && { values_override: z.json().parse(values_override) }) };
    try {
      const created = await api.call(deployments.createDeployment, { project_id: project, body });
      return [record(standing(created)), note(`Next: wait_for_deployment with environment=${rest.environment}.`)];
    } catch (error) {
      throw await explained(error, api, rest.environment);
    }
  },
});

async function explained(error: unknown, api: Api, environment: string): Promise<unknown> {
  if (!(error instanceof ClientError)) return error;
  if (error instanceof PlatformError && error.status === 409 && error.retryAfter === undefined) {
    return new AdvisedError(
      error,
      `What is there stays as it is. To change it: update_deployment with environment=${environment}.`,
    );
  }
  if (!(await isMissingEndpoint(error, api))) return error;
  return new AdvisedError(
    error,
    "This platform makes no deployment by a call: a successful pipeline of its branch main or master that builds an image makes production. Retrying cannot help; update_deployment changes one that is there.",
  );
}
