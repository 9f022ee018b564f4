import { deployments, PlatformError, previews } from "@platform-mcp/client";
import type { Api, ApiOptions } from "@platform-mcp/server-kit";
import { deploymentDetails } from "../deployment/deployment.ts";
import { findPreview } from "../preview/find-preview.ts";
import { previewDetails } from "../preview/preview.ts";
import type { Target } from "../target.ts";
import type { Workload } from "../workload.ts";

/** One as it was seen, with what answers show of it. */
export interface Sight {
  /** By which a preview's history is found; undefined for a deployment. */
  readonly slug: string | undefined;
  readonly workload: Workload;
  readonly details: ReturnType<typeof deploymentDetails> | ReturnType<typeof previewDetails>;
}

/** Looks at a deployment or a preview; undefined while there is none. */
export async function lookAt(
  api: Api,
  project_id: string,
  target: Target,
  options: ApiOptions,
): Promise<Sight | undefined> {
  if (target.kind === "preview") {
    const preview = await findPreview(api, project_id, target.preview, options);
    return preview && { slug: preview.branch_slug, workload: preview, details: previewDetails(preview) };
  }
  try {
    const { environment } = target;
    const deployment = await api.call(deployments.getDeployment, { project_id, environment }, options);
    return { slug: undefined, workload: deployment, details: deploymentDetails(deployment) };
  } catch (error) {
    if (error instanceof PlatformError && error.status === 404 && error.serverMessage === "deployment")
      return undefined;
    throw error;
  }
}

/** The endpoints that looking may call. */
export const looks = [deployments.getDeployment, previews.listPreviews] as const;
