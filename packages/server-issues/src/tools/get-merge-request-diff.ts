import { ClientError, mergeRequests } from "@platform-mcp/client";
import {
  AdvisedError,
  type Api,
  changedFileOutput,
  changedFiles,
  defineTool,
  filePatches,
  isMissingEndpoint,
  patchLines,
  record,
  shellWord,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { number } from "../arguments.ts";

const name = "get_merge_request_diff";

/** Enough to choose those files from whose patch fits; the budget cuts the rest. */
const firstPatchBytes = 262_144;
/** The most that the platform gives. */
const maxPatchBytes = 1_048_576;

export const getMergeRequestDiff = defineTool({
  name,
  title: "Get merge request diff",
  description: "Show what a merge request changes: the files with line counts, then as many of their patches as fit.",
  risk: "read",
  input: {
    number,
    path: z.string().max(4096).optional().describe("File or directory"),
    offset: z.int().min(1).optional().describe("More files"),
    patch_line: z.int().min(1).optional().describe("More patch"),
  },
  output: {
    base_sha: z.string(),
    head_sha: z.string(),
    additions: z.int(),
    deletions: z.int(),
    files: z.array(z.object(changedFileOutput)),
    total_files: z.int(),
    patch_lines: z.string(),
    patch: z.string(),
  },
  uses: [mergeRequests.getMergeRequestDiff, mergeRequests.getMergeRequest],
  async run({ api, project }, { number, path, offset, patch_line }) {
    const address = { project_id: project, number };
    const patch_limit = patch_line !== undefined ? maxPatchBytes : offset !== undefined ? 0 : firstPatchBytes;
    const change = await api
      .call(mergeRequests.getMergeRequestDiff, { ...address, path, patch_limit })
      .catch(async (error: unknown) => {
        throw (await withGitInstead(error, api, address)) ?? error;
      });
    // Whoever asks for more of the one has seen the beginning of the other.
    if (patch_line !== undefined) return patchLines(change, name, patch_line);
    if (offset !== undefined) return changedFiles(change, name, offset);
    const { base_sha, head_sha, additions, deletions } = change;
    const files = [record({ base_sha, head_sha, additions, deletions }), changedFiles(change, name, 0)];
    return change.patch === "" ? files : [...files, filePatches(change, name)];
  },
});

/** The way on where the platform shows no differences: git does. */
async function withGitInstead(error: unknown, api: Api, address: { project_id: string; number: number }) {
  if (!(error instanceof ClientError && (await isMissingEndpoint(error, api)))) return undefined;
  const { source_branch, target_branch } = await api.call(mergeRequests.getMergeRequest, address);
  const range = shellWord(`origin/${target_branch}...origin/${source_branch}`);
  return new AdvisedError(error, `This platform does not offer it: git fetch origin && git diff ${range} shows it.`);
}
