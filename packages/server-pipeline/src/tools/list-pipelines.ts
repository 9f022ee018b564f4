import { pipelines } from "@platform-mcp/client";
import { defineTool, limit, list, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { ref } from "../arguments.ts";
import { pipelineOutput, pipelineRow } from "../pipeline.ts";
import { listPipelinesOf } from "../pipelines-of-ref.ts";

const { status, trigger } = pipelines.listPipelines.query.shape;

export const listPipelines = defineTool({
  name: "list_pipelines",
  title: "List pipelines",
  description: "List pipelines, newest first.",
  risk: "read",
  input: { ref: ref.optional().describe("Branch, tag or full commit SHA"), status, trigger, limit, offset },
  output: { pipelines: z.array(z.object(pipelineOutput)), total_pipelines: z.int() },
  lists: ["pipeline"],
  uses: [pipelines.listPipelines],
  async run({ api, project }, { limit, offset, ...filter }) {
    const { items, total } = await listPipelinesOf(api, { project_id: project, ...filter }, { limit, offset });
    return list({
      of: "pipelines",
      items: items.map(pipelineRow),
      offset,
      total,
      next: (next) => `list_pipelines with offset=${next}`,
      empty: "A push to a branch with a .platform.yaml starts one, and so does trigger_pipeline.",
    });
  },
});
