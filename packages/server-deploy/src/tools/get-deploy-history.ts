import { deployments } from "@platform-mcp/client";
import { defineTool, limit, offset } from "@platform-mcp/server-kit";
import { environment } from "../arguments.ts";
import { historyOutput, historyPart } from "../history.ts";

export const getDeployHistory = defineTool({
  name: "get_deploy_history",
  title: "Get deploy history",
  description: "List what was tried with a deployment and how it ended, newest first.",
  risk: "read",
  input: { environment, limit, offset },
  output: historyOutput,
  uses: [deployments.deploymentHistory],
  async run({ api, project }, { environment, ...page }) {
    const history = await api.call(deployments.deploymentHistory, { project_id: project, environment, ...page });
    return historyPart(history, {
      offset: page.offset,
      next: (next) => `get_deploy_history with environment=${environment} and offset=${next}`,
    });
  },
});
