import { setTimeout as sleep } from "node:timers/promises";
import { git, pipelines } from "@platform-mcp/client";
import { ArgumentError, defineTool, note, quoteName, record, shortSha } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId, ref } from "../arguments.ts";
import { nextStep } from "../next-step.ts";
import { pipelineDetails, pipelineDetailsOutput } from "../pipeline.ts";
import { stepsOutput, stepsTable } from "../steps.ts";
import { pipelineOf, type SoughtPipeline } from "../wait/find-pipeline.ts";
import { stepStates } from "../wait/step-states.ts";
import { isDecided, watchPipeline } from "../wait/watch-pipeline.ts";

/** Seconds in which a push has started its pipeline, if it starts one. */
const appearance = 20;
/** Milliseconds between two looks for it. */
const pause = 500;

export const waitForPipeline = defineTool({
  name: "wait_for_pipeline",
  title: "Wait for pipeline",
  description:
    "Wait until a pipeline ends or a step fails, and show its steps. After a push give the branch as `ref`: it finds the pipeline of that commit, also if it does not exist yet.",
  risk: "read",
  input: {
    pipeline_id: pipelineId.optional(),
    ref: ref.optional().describe("Branch, tag or commit, instead of the id"),
    timeout_seconds: z.int().min(1).max(600).default(120),
  },
  output: { ...pipelineDetailsOutput, ...stepsOutput },
  uses: [pipelines.getPipeline, pipelines.listPipelines, git.listCommits],
  async run({ api, project, signal, progress }, { pipeline_id, ref, timeout_seconds }) {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1000;
    const deadline = started + timeout_seconds * 1000;
    const tell = (message: string) => progress(message, elapsed(), timeout_seconds);
    let id = pipeline_id;
    if (id === undefined) {
      if (ref === undefined) throw new ArgumentError("pipeline_id or ref is required");
      const sought = await pipelineOf(api, project, ref);
      const patience = Math.min(appearance, timeout_seconds);
      for (id = await sought.find(); id === undefined && elapsed() < patience; id = await sought.find()) {
        tell("no pipeline yet");
        await sleep(pause, undefined, { signal });
      }
      if (id === undefined) return note(noneOf(sought, ref, patience));
    }
    const pipeline = await watchPipeline(api, {
      project_id: project,
      pipeline_id: id,
      deadline,
      signal,
      tell: (seen) => tell(stepStates(seen)),
    });
    const next = isDecided(pipeline)
      ? nextStep(pipeline)
      : `Not done after ${timeout_seconds} s. wait_for_pipeline with pipeline_id=${id} goes on waiting.`;
    return [record(pipelineDetails(pipeline)), stepsTable(pipeline), ...(next === undefined ? [] : [note(next)])];
  },
});

function noneOf({ commit }: SoughtPipeline, ref: string, seconds: number): string {
  const of = commit === undefined ? quoteName(ref) : `commit ${shortSha(commit)} of ${quoteName(ref)}`;
  return `No pipeline for ${of} within ${seconds} s. A push starts one where its commit has a .platform.yaml whose \`on\` matches; trigger_pipeline starts one in any case.`;
}
