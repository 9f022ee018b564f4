import { deployments, previews } from "@platform-mcp/client";
import { type Api, defineTool, note, text } from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment, preview } from "../arguments.ts";
import { lastPart } from "../last-part.ts";
import { getPreviewOf } from "../preview/find-preview.ts";
import { type Target, targetOf } from "../target.ts";

export const getWorkloadLogs = defineTool({
  name: "get_workload_logs",
  title: "Get workload logs",
  description: "Show the last lines that a deployment or preview printed.",
  risk: "read",
  input: {
    environment: environment.optional(),
    preview: preview.optional(),
    tail: z.int().min(1).max(5000).default(100),
    previous: z.boolean().default(false).describe("Of the process before, which crashed"),
  },
  output: { log: z.string().optional() },
  uses: [deployments.deploymentLogs, previews.previewLogs, previews.listPreviews, previews.getPreview],
  async run({ api, project }, { environment, preview, ...selection }) {
    const answer = await logOf(api, project, targetOf(environment, preview), selection);
    const { log, isCut } = await lastPart(answer);
    if (log.trim() === "") return note(selection.previous ? noneBefore : "It has printed nothing yet.");
    return text({
      key: "log",
      text: log,
      keep: "tail",
      more: isCut,
      rest: ({ from, to }) =>
        `Earlier lines are left out to keep the answer short; these are the last ${to - from + 1}.`,
      lineCut: () => "The last line is longer than an answer may be and was cut.",
    });
  },
});

const noneBefore = "No process ran before this one, or it printed nothing.";

async function logOf(
  api: Api,
  project_id: string,
  target: Target,
  selection: { readonly tail: number; readonly previous: boolean },
): Promise<AsyncIterable<string>> {
  if (target.kind === "deployment") {
    const { environment } = target;
    return await api.call(deployments.deploymentLogs, { project_id, environment, ...selection });
  }
  const { branch_slug } = await getPreviewOf(api, project_id, target.preview);
  return await api.call(previews.previewLogs, { project_id, branch_slug, ...selection });
}
