import type { Tool } from "@platform-mcp/server-kit";
import { createDeployment } from "./tools/create-deployment.ts";
import { getDeployHistory } from "./tools/get-deploy-history.ts";
import { getDeployment } from "./tools/get-deployment.ts";
import { getPreview } from "./tools/get-preview.ts";
import { getWorkloadLogs } from "./tools/get-workload-logs.ts";
import { listDeployments } from "./tools/list-deployments.ts";
import { listOpsRepos } from "./tools/list-ops-repos.ts";
import { listPreviews } from "./tools/list-previews.ts";
import { rollbackDeploy } from "./tools/rollback-deploy.ts";
import { stopPreview } from "./tools/stop-preview.ts";
import { syncOpsRepo } from "./tools/sync-ops-repo.ts";
import { updateDeployment } from "./tools/update-deployment.ts";
import { waitForDeployment } from "./tools/wait-for-deployment.ts";

/** The tools of platform-deploy, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  listDeployments,
  getDeployment,
  createDeployment,
  updateDeployment,
  rollbackDeploy,
  getDeployHistory,
  listPreviews,
  getPreview,
  stopPreview,
  waitForDeployment,
  getWorkloadLogs,
  listOpsRepos,
  syncOpsRepo,
];
