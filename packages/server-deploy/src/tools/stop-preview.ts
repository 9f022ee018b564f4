import { previews } from "@platform-mcp/client";
import { defineTool, named, note, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { preview } from "../arguments.ts";
import { getPreviewOf } from "../preview/find-preview.ts";

export const stopPreview = defineTool({
  name: "stop_preview",
  title: "Stop preview",
  description: "End a preview and all that runs for it. Merging and deleting the branch do so by themselves.",
  risk: "destructive",
  input: { preview },
  output: { slug: z.string(), branch: z.string(), status: z.string() },
  uses: [previews.stopPreview, previews.listPreviews, previews.getPreview],
  async confirmation({ api, project }, { preview: wanted }) {
    const { branch, url } = await getPreviewOf(api, project, wanted);
    return `End the preview of branch ${quoteName(branch)}${url ? ` (${quoteName(url)})` : ""}?`;
  },
  async run({ api, project }, { preview: wanted }) {
    const { branch, branch_slug, generation } = await getPreviewOf(api, project, wanted);
    await api.call(previews.stopPreview, { project_id: project, branch_slug });
    const leaves = generation === undefined ? " This platform may leave what ran for it." : "";
    return [
      record({ slug: named(branch_slug), branch: named(branch), status: "stopping" }),
      note(`It is gone once nothing of it runs. A later push of the branch makes another.${leaves}`),
    ];
  },
});
