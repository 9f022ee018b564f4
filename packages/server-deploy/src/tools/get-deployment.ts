import { deployments } from "@platform-mcp/client";
import { defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment } from "../arguments.ts";
import { deploymentDetails, deploymentDetailsOutput } from "../deployment/deployment.ts";
import { historyOutput, historyPart } from "../history.ts";
import { messagePart } from "../message.ts";
import { nextStep } from "../next-step.ts";

/** Attempts that are shown with it. */
const lastAttempts = 5;

export const getDeployment = defineTool({
  name: "get_deployment",
  title: "Get deployment",
  description: "Get a deployment: status and why, image, address, values, last attempts.",
  risk: "read",
  input: { environment },
  output: { ...deploymentDetailsOutput, message: z.string().optional(), ...historyOutput },
  uses: [deployments.getDeployment, deployments.deploymentHistory],
  async run({ api, project }, { environment }) {
    const one = { project_id: project, environment };
    // One after the other, so that it is always the same call that is refused.
    const deployment = await api.call(deployments.getDeployment, one);
    const history = await api.call(deployments.deploymentHistory, { ...one, limit: lastAttempts });
    const next = nextStep(deployment, { kind: "deployment", environment });
    return [
      record(deploymentDetails(deployment)),
      ...messagePart(deployment.message),
      historyPart(history, { next: () => `get_deploy_history with environment=${environment}` }),
      ...(next === undefined ? [] : [note(next)]),
    ];
  },
});
