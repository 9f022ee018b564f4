import { pipelines } from "@platform-mcp/client";
import { defineTool, note, record, shortSha } from "@platform-mcp/server-kit";
import * as z from "zod";
import { ref } from "../arguments.ts";

export const triggerPipeline = defineTool({
  name: "trigger_pipeline",
  title: "Trigger pipeline",
  description:
    "Start a pipeline at a branch, tag or commit, whatever the `on` of its .platform.yaml says. Not needed after a push, which starts its own.",
  risk: "write",
  input: { ref },
  output: { id: z.string(), status: z.string(), commit: z.string().nullable() },
  uses: [pipelines.createPipeline],
  async run({ api, project }, { ref }) {
    const { id, status, commit_sha } = await api.call(pipelines.createPipeline, {
      project_id: project,
      body: { git_ref: ref },
    });
    return [record({ id, status, commit: shortSha(commit_sha) }), note("Next: wait_for_pipeline.")];
  },
});
