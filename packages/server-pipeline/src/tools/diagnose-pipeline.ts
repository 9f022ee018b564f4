import { git, pipelines } from "@platform-mcp/client";
import { type Api, defineTool, named, note, type Part, record, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId, ref } from "../arguments.ts";
import { advice } from "../diagnosis/advice.ts";
import { changesOutput, changesSinceSuccess } from "../diagnosis/changes.ts";
import { readSigns } from "../diagnosis/read-signs.ts";
import { why } from "../endings.ts";
import { nextStep } from "../next-step.ts";
import { pipelineDetails, pipelineDetailsOutput } from "../pipeline.ts";
import { listPipelinesOf } from "../pipelines-of-ref.ts";
import { firstFailed, type PipelineWithSteps, stepsOf } from "../steps.ts";

export const diagnosePipeline = defineTool({
  name: "diagnose_pipeline",
  title: "Diagnose pipeline",
  description:
    "Say why a pipeline failed: the step that failed first, the lines of its log that tell why, what changed since the last success, what to do next. Without an id: the latest failure.",
  risk: "read",
  input: { pipeline_id: pipelineId.optional(), ref: ref.optional().describe("The latest failure of this branch") },
  output: {
    ...pipelineDetailsOutput,
    failed_step: z.string().optional(),
    step_why: z.string().nullable().optional(),
    step_message: z.string().nullable().optional(),
    also_failed: z.array(z.string()).nullable().optional(),
    lines: z.string().optional(),
    log: z.string().optional(),
    ...changesOutput,
  },
  uses: [pipelines.getPipeline, pipelines.listPipelines, pipelines.getStepLogs, git.compareRefs, git.listCommits],
  async run({ api, project }, { pipeline_id, ref }) {
    const id = pipeline_id ?? (await latestFailure(api, project, ref));
    if (id === undefined)
      return note("No pipeline has failed there. Running ones: list_pipelines with status=running.");
    const pipeline = await api.call(pipelines.getPipeline, { project_id: project, pipeline_id: id });
    const about = record(pipelineDetails(pipeline));
    const failed = firstFailed(pipeline);
    if (failed === undefined && pipeline.status !== "failure") {
      return [about, note(`It has not failed. ${nextStep(pipeline) ?? ""}`.trim())];
    }
    const [log, changes] = await Promise.all([
      failed === undefined ? [] : readSigns(api, { project_id: project, pipeline_id: id, step: failed }),
      changesSinceSuccess(api, { project_id: project, pipeline }),
    ]);
    return [about, ...aboutStep(pipeline, failed), ...log, ...changes, note(advice(pipeline, failed))];
  },
});

async function latestFailure(api: Api, project_id: string, ref: string | undefined): Promise<string | undefined> {
  const { items } = await listPipelinesOf(api, { project_id, ref, status: "failure" }, { limit: 1, offset: 0 });
  return items[0]?.id;
}

function aboutStep(pipeline: PipelineWithSteps, failed: pipelines.PipelineStep | undefined): readonly Part[] {
  if (failed === undefined) return [];
  const others = stepsOf(pipeline).filter((step) => step !== failed && step.status === "failure");
  return [
    record({
      failed_step: named(failed.name),
      step_why: why(failed),
      step_message: user(failed.message),
      also_failed: others.length === 0 ? null : others.map(({ name }) => named(name)),
    }),
  ];
}
