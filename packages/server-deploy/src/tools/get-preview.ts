import { previews } from "@platform-mcp/client";
import { defineTool, ifOffered, note, type Part, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { preview } from "../arguments.ts";
import { type History, historyOutput, historyPart } from "../history.ts";
import { messagePart } from "../message.ts";
import { nextStep } from "../next-step.ts";
import { getPreviewOf } from "../preview/find-preview.ts";
import { previewDetails, previewDetailsOutput } from "../preview/preview.ts";

/** Attempts that are shown with it. */
const lastAttempts = 5;

export const getPreview = defineTool({
  name: "get_preview",
  title: "Get preview",
  description: "Get a branch's preview: status and why, address, when it ends, last attempts.",
  risk: "read",
  input: { preview },
  output: { ...previewDetailsOutput, message: z.string().optional(), ...historyOutput },
  uses: [previews.listPreviews, previews.getPreview, previews.previewHistory],
  async run({ api, project }, { preview: wanted }) {
    const preview = await getPreviewOf(api, project, wanted);
    const { branch_slug } = preview;
    const history = await ifOffered(
      api,
      api.call(previews.previewHistory, { project_id: project, branch_slug, limit: lastAttempts }),
    );
    const next = nextStep(preview, { kind: "preview", preview: branch_slug });
    return [
      record(previewDetails(preview)),
      ...messagePart(preview.message),
      ...(history === undefined ? [] : [lastOf(history)]),
      ...(next === undefined ? [] : [note(next)]),
    ];
  },
});

/** No tool shows more of them: what went wrong before the last attempts helps nobody. */
function lastOf({ items }: History): Part {
  return historyPart({ items, total: items.length }, { next: () => "get_preview has no more of them" });
}
