import { pipelines } from "@platform-mcp/client";
import { defineTool, note, record } from "@platform-mcp/server-kit";
import { pipelineId } from "../arguments.ts";
import { nextStep } from "../next-step.ts";
import { pipelineDetails, pipelineDetailsOutput } from "../pipeline.ts";
import { stepsOutput, stepsTable } from "../steps.ts";

export const getPipeline = defineTool({
  name: "get_pipeline",
  title: "Get pipeline",
  description: "Get a pipeline with its steps: status, duration, and why each ended.",
  risk: "read",
  input: { pipeline_id: pipelineId },
  output: { ...pipelineDetailsOutput, ...stepsOutput },
  lists: ["step"],
  uses: [pipelines.getPipeline],
  async run({ api, project }, { pipeline_id }) {
    const pipeline = await api.call(pipelines.getPipeline, { project_id: project, pipeline_id });
    const next = nextStep(pipeline);
    return [record(pipelineDetails(pipeline)), stepsTable(pipeline), ...(next === undefined ? [] : [note(next)])];
  },
});
