import { pipelines } from "@platform-mcp/client";
import {
  type Api,
  ArgumentError,
  defineTool,
  named,
  note,
  type Part,
  quoteName,
  record,
  text,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId } from "../arguments.ts";
import { artifactType, fileName } from "../artifact.ts";

import { SaveError, saveFile } from "../download/save-file.ts";
import { asText, startOf } from "../download/text-start.ts";

export const downloadDirectory = "PLATFORM_DOWNLOAD_DIR";

/** Bytes of text shown at most; the budget cuts the rest. */
const mostShown = 65_536;
/** As many artifacts as the platform lists at once. */
const perPage = 100;

export const downloadArtifact = defineTool({
  name: "download_artifact",
  title: "Download artifact",
  description:
    "Get an artifact: a short text is shown, anything else is saved to a file whose path is answered. Directories come as tar archives.",
  risk: "read",
  input: {
    pipeline_id: pipelineId,
    artifact: z.string().min(1).max(255).describe("Name or id"),
    save: z.boolean().default(false).describe("Save it even if it could be shown"),
  },
  output: {
    artifact: z.string(),
    type: z.string().nullable(),
    size: z.int().nullable(),
    saved_to: z.string().optional(),
    lines: z.string().optional(),
    content: z.string().optional(),
  },
  uses: [pipelines.listArtifacts, pipelines.downloadArtifact],
  async run({ api, project, setting }, { pipeline_id, artifact: wanted, save }) {
    const of = { project_id: project, pipeline_id };
    const artifact = await findArtifact(api, of, wanted);
    const about = record({ artifact: named(artifact.name), type: artifactType(artifact), size: artifact.size_bytes });
    const directory = setting(downloadDirectory);
    const bytes = await api.call(pipelines.downloadArtifact, { ...of, artifact_id: artifact.id });
    const { start, complete, whole, end } = await startOf(bytes, mostShown);
    try {
      const content = asText(start, complete);
      if (content !== undefined && !save && (complete || directory === undefined)) {
        return [about, shown(content, complete, directory)];
      }
      if (directory === undefined) return [about, note(notAllowed)];
      const { path, size } = await saveFile(directory, { folder: pipeline_id, name: fileName(artifact) }, whole);
      return [about, record({ saved_to: named(path), ...(artifact.size_bytes === size ? {} : { size }) })];
    } catch (error) {
      if (!(error instanceof SaveError)) throw error;
      return [about, note(`Nothing was saved: ${error.message}.`)];
    } finally {
      await end();
    }
  },
});

const notAllowed = `It cannot be shown as text, and this session has no directory to save it in. Ask the user to set ${downloadDirectory} for this server to one.`;

async function findArtifact(
  api: Api,
  of: { readonly project_id: string; readonly pipeline_id: string },
  wanted: string,
): Promise<pipelines.Artifact> {
  const artifacts: pipelines.Artifact[] = [];
  for (;;) {
    const page = await api.call(pipelines.listArtifacts, { ...of, limit: perPage, offset: artifacts.length });
    // Platforms that do not page this list answer from its beginning whatever the offset is.
    const known = new Set(artifacts.map(({ id }) => id));
    artifacts.push(...page.filter(({ id }) => !known.has(id)));
    const found = artifacts.find(({ id }) => id === wanted) ?? artifacts.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    if (page.length < perPage || artifacts.length === known.size) break;
  }
  const names = artifacts.slice(0, 20).map(({ name }) => quoteName(name));
  const there = names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`;
  throw new ArgumentError(`the pipeline has no such artifact; ${there}`);
}

function shown(content: string, complete: boolean, directory: string | undefined): Part {
  const all =
    directory === undefined
      ? `All of it needs a directory to save it in: the user can set ${downloadDirectory} for this server.`
      : "download_artifact with save=true saves all of it to a file.";
  return text({
    key: "content",
    text: content,
    position: { key: "lines", value: ({ from, to, of }) => `${from}-${to} of ${complete ? of : `more than ${of}`}` },
    more: !complete,
    rest: () => `The rest is left out to keep the answer short. ${all}`,
    lineCut: () => `The line is longer than an answer may be and was cut. ${all}`,
  });
}
