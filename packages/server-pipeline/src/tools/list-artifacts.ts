import { pipelines } from "@platform-mcp/client";
import { bareArrayPage, defineTool, limit, list, named, offset, type Page, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId } from "../arguments.ts";
import { artifactType } from "../artifact.ts";

export const listArtifacts = defineTool({
  name: "list_artifacts",
  title: "List artifacts",
  description: "List the files that a pipeline's steps left.",
  risk: "read",
  input: { pipeline_id: pipelineId, limit, offset },
  output: {
    artifacts: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        size: z.int().nullable(),
        type: z.string().nullable(),
        step: z.string().nullable(),
        path: z.string().nullable(),
        expires_at: z.string().nullable(),
      }),
    ),
  },
  lists: ["artifact"],
  uses: [pipelines.listArtifacts],
  async run({ api, project }, { pipeline_id, ...page }) {
    const get = (part: Page) => api.call(pipelines.listArtifacts, { project_id: project, pipeline_id, ...part });
    const { items, hasMore } = await bareArrayPage(get, page);
    const unique = new Set(items.map(({ name }) => name)).size === items.length;
    return list({
      of: "artifacts",
      items: items.map((artifact) => ({
        ...(unique ? {} : { id: artifact.id }),
        name: named(artifact.name),
        size: artifact.size_bytes,
        type: artifactType(artifact),
        step: named(artifact.step_name),
        path: artifact.path === artifact.name ? null : named(artifact.path),
        expires_at: time(artifact.expires_at),
      })),
      offset: page.offset,
      hasMore,
      next: (next) => `list_artifacts with offset=${next}`,
      empty: "Steps leave what `pipeline.artifacts` of the .platform.yaml names, and only once they have succeeded.",
    });
  },
});
