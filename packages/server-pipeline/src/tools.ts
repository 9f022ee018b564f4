import type { Tool } from "@platform-mcp/server-kit";
import { cancelPipeline } from "./tools/cancel-pipeline.ts";
import { getPipeline } from "./tools/get-pipeline.ts";
import { listArtifacts } from "./tools/list-artifacts.ts";
import { listPipelines } from "./tools/list-pipelines.ts";
import { retryPipeline } from "./tools/retry-pipeline.ts";
import { triggerPipeline } from "./tools/trigger-pipeline.ts";

/** The tools of platform-pipeline, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  listPipelines,
  getPipeline,
  triggerPipeline,
  retryPipeline,
  cancelPipeline,
  listArtifacts,
];
