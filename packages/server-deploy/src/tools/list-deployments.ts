import { deployments } from "@platform-mcp/client";
import { defineTool, limit, list, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { deploymentOutput, deploymentRow } from "../deployment/deployment.ts";

export const listDeployments = defineTool({
  name: "list_deployments",
  title: "List deployments",
  description: "List the project's deployments: environment, status, image, address.",
  risk: "read",
  input: { limit, offset },
  output: { deployments: z.array(z.object(deploymentOutput)), total_deployments: z.int() },
  lists: ["deployment"],
  uses: [deployments.listDeployments],
  async run({ api, project }, page) {
    const { items, total } = await api.call(deployments.listDeployments, { project_id: project, ...page });
    return list({
      of: "deployments",
      items: items.map(deploymentRow),
      offset: page.offset,
      total,
      next: (next) => `list_deployments with offset=${next}`,
      empty: "A successful pipeline of the default branch makes production, and create_deployment makes any.",
    });
  },
});
