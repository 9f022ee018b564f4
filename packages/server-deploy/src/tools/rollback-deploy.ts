import { deployments, PlatformError } from "@platform-mcp/client";
import { AdvisedError, defineTool, named, note, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment } from "../arguments.ts";
import { findDeployment } from "../deployment/find-deployment.ts";
import { rollbackTarget } from "../deployment/rollback-target.ts";

/** As much of the history as one page holds. */
const history = { limit: 100, offset: 0 };

export const rollbackDeploy = defineTool({
  name: "rollback_deploy",
  title: "Roll back deployment",
  description: "Go back to the image and values that ran before, and say which. Repeated, it goes back further.",
  risk: "destructive",
  input: { environment },
  output: {
    environment: z.string(),
    back_to: z.string().nullable(),
    from: z.string().nullable(),
    generation: z.int().nullable(),
  },
  uses: [deployments.rollbackDeployment, deployments.getDeployment, deployments.deploymentHistory],
  async confirmation({ api, project }, { environment }) {
    if (environment !== "production") return undefined;
    const one = { project_id: project, environment };
    const now = await api.call(deployments.getDeployment, one);
    const target = rollbackTarget(now, await api.call(deployments.deploymentHistory, { ...one, ...history }));
    const to = target === undefined ? "what ran before it" : quoteName(target);
    return `Roll production back${now.url ? ` (${quoteName(now.url)})` : ""}?\nfrom: ${quoteName(now.image_ref)}\nback to: ${to}`;
  },
  async run({ api, project }, { environment }) {
    const one = { project_id: project, environment };
    const now = await findDeployment(api, one);
    const answer = await api.call(deployments.rollbackDeployment, one).catch((error: unknown) => {
      throw isRefusal(error) ? new AdvisedError(error, refused(environment)) : error;
    });
    // The first platform does not say what it goes back to.
    const known =
      answer.image_ref === undefined && now !== undefined
        ? await api.call(deployments.deploymentHistory, { ...one, ...history }).then(
            (attempts) => rollbackTarget(now, attempts),
            () => undefined,
          )
        : answer.image_ref;
    const fields = record({
      environment,
      back_to: named(known ?? null),
      from: named(now?.image_ref ?? null),
      generation: answer.generation ?? null,
    });
    const caveat = answer.image_ref === undefined ? onlyImage : "";
    return [fields, note(`${caveat}Next: wait_for_deployment with environment=${environment}.`)];
  },
});

const onlyImage =
  "This platform goes back to the image alone, not to its values, and a second time to the same one; that there is none to go back to, only its history says. ";

function isRefusal(error: unknown): error is PlatformError {
  return error instanceof PlatformError && error.status === 409 && error.retryAfter === undefined;
}

function refused(environment: string): string {
  return `Nothing has changed. get_deploy_history with environment=${environment} shows what ran; update_deployment takes any image_ref.`;
}
