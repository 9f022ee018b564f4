import { previews } from "@platform-mcp/client";
import { defineTool, limit, list, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { previewOutput, previewRow } from "../preview/preview.ts";

export const listPreviews = defineTool({
  name: "list_previews",
  title: "List previews",
  description: "List the previews of branches, newest first: status, address, when each ends.",
  risk: "read",
  input: { limit, offset },
  output: { previews: z.array(z.object(previewOutput)), total_previews: z.int() },
  lists: ["preview"],
  uses: [previews.listPreviews],
  async run({ api, project }, page) {
    const { items, total } = await api.call(previews.listPreviews, { project_id: project, ...page });
    return list({
      of: "previews",
      items: items.map(previewRow),
      offset: page.offset,
      total,
      next: (next) => `list_previews with offset=${next}`,
      empty: "A successful pipeline of a branch that is not the default one makes one, where it says what to run.",
    });
  },
});
