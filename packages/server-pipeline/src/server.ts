import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const pipeline: ServerDefinition = {
  name: "platform-pipeline",
  summary: "pipelines: what runs for each push, its logs and artifacts",
  instructions:
    "Pipelines run for every pushed branch that has a `.platform.yaml`. After a push: wait_for_pipeline; when it fails: diagnose_pipeline, then get_step_logs for more.",
  tools,
};
