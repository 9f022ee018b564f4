import { deployments } from "@platform-mcp/client";
import { defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment, image, manifestPath, opsRepoId, values } from "../arguments.ts";
import { changeQuestion } from "../deployment/change-question.ts";
import { standing, standingOutput } from "../deployment/deployment.ts";
import { findDeployment } from "../deployment/find-deployment.ts";

export const updateDeployment = defineTool({
  name: "update_deployment",
  title: "Update deployment",
  description:
    "Change a deployment: another image, stop or start it, values, manifests. What is not given stays; null clears; with no change it is deployed anew.",
  risk: "destructive",
  input: {
    environment,
    image_ref: image.optional(),
    desired_status: z.enum(["active", "stopped"]).optional(),
    values_override: values.nullable().optional().describe("Replaces all of them"),
    ops_repo_id: opsRepoId.nullable().optional(),
    manifest_path: manifestPath.nullable().optional(),
  },
  output: standingOutput,
  uses: [deployments.updateDeployment, deployments.getDeployment],
  async confirmation({ api, project }, { environment, ...changes }) {
    if (environment !== "production") return undefined;
    return changeQuestion(await findDeployment(api, { project_id: project, environment }), changes);
  },
  async run({ api, project }, { environment, values_override, ...rest }) {
    const body = {
      ...rest,
      ...(values_override !== undefined && { values_override: z.json().parse(values_override) }),
    };
    const changed = await api.call(deployments.updateDeployment, { project_id: project, environment, body });
    const kept = clearable.filter((field) => body[field] === null && (changed[field] ?? null) !== null);
    const missed = kept.length === 0 ? "" : `This platform cannot clear what was set: ${kept.join(", ")} stayed. `;
    return [record(standing(changed)), note(`${missed}Next: wait_for_deployment with environment=${environment}.`)];
  },
});

const clearable = ["values_override", "ops_repo_id", "manifest_path"] as const;
