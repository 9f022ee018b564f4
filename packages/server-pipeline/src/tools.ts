import type { Tool } from "@platform-mcp/server-kit";
import { cancelPipeline } from "./tools/cancel-pipeline.ts";
import { diagnosePipeline } from "./tools/diagnose-pipeline.ts";
import { downloadArtifact } from "./tools/download-artifact.ts";
import { getPipeline } from "./tools/get-pipeline.ts";
import { getStepLogs } from "./tools/get-step-logs.ts";
import { listArtifacts } from "./tools/list-artifacts.ts";
import { listPipelines } from "./tools/list-pipelines.ts";
import { retryPipeline } from "./tools/retry-pipeline.ts";
import { triggerPipeline } from "./tools/trigger-pipeline.ts";
import { waitForPipeline } from "./tools/wait-for-pipeline.ts";

/** The tools of platform-pipeline, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  listPipelines,
  getPipeline,
  waitForPipeline,
  diagnosePipeline,
  getStepLogs,
  triggerPipeline,
  retryPipeline,
  cancelPipeline,
  listArtifacts,
  downloadArtifact,
];
