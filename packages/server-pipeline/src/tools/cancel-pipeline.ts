import { pipelines } from "@platform-mcp/client";
import { defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId } from "../arguments.ts";

export const cancelPipeline = defineTool({
  name: "cancel_pipeline",
  title: "Cancel pipeline",
  description: "Stop a pipeline: its running steps are ended, the waiting ones skipped.",
  risk: "write",
  idempotent: true,
  input: { pipeline_id: pipelineId },
  output: { id: z.string(), status: z.string() },
  uses: [pipelines.cancelPipeline, pipelines.getPipeline],
  async run({ api, project }, { pipeline_id }) {
    const one = { project_id: project, pipeline_id };
    await api.call(pipelines.cancelPipeline, one);
    const { status } = await api.call(pipelines.getPipeline, one);
    const ended = status === "success" || status === "failure";
    return [
      record({ id: pipeline_id, status }),
      note(ended ? "It had ended before: nothing was cancelled." : "Next: retry_pipeline runs it again."),
    ];
  },
});
