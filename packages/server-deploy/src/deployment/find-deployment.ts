import { deployments } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";

/** The deployment, or undefined where it cannot be had: for questions and hints, which must not fail a call. */
export async function findDeployment(
  api: Api,
  one: { readonly project_id: string; readonly environment: deployments.Environment },
): Promise<deployments.Deployment | undefined> {
  return await api.call(deployments.getDeployment, one).catch(() => undefined);
}
