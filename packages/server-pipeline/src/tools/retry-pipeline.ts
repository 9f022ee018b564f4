import { ClientError, pipelines } from "@platform-mcp/client";
import { AdvisedError, defineTool, isMissingEndpoint, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId } from "../arguments.ts";

export const retryPipeline = defineTool({
  name: "retry_pipeline",
  title: "Retry pipeline",
  description:
    "Run the steps of an ended pipeline that did not succeed again, from the same commit. For failures that may pass by themselves; a fix needs a push.",
  risk: "write",
  input: { pipeline_id: pipelineId },
  output: { id: z.string(), status: z.string(), run: z.int() },
  uses: [pipelines.retryPipeline],
  async run({ api, project }, { pipeline_id }) {
    try {
      const { id, status, run } = await api.call(pipelines.retryPipeline, { project_id: project, pipeline_id });
      return [record({ id, status, run }), note("Next: wait_for_pipeline.")];
    } catch (error) {
      if (!(error instanceof ClientError) || !(await isMissingEndpoint(error, api))) throw error;
      throw new AdvisedError(
        error,
        "This platform does not offer to retry a pipeline. Instead, trigger_pipeline starts a new one at its ref.",
      );
    }
  },
});
