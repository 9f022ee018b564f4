import { git } from "@platform-mcp/client";
import { changedFileOutput, changedFiles, defineTool, patchLines, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, revision } from "../arguments.ts";

/** More patch than a result can hold; the budget cuts the rest. */
const firstPatchBytes = 65_536;
/** The most that the platform gives. */
const maxPatchBytes = 1_048_576;

const name = "compare_refs";

export const compareRefs = defineTool({
  name,
  title: "Compare refs",
  description:
    "Show what `head` changed since it left `base`: commit counts, changed files with line counts, and the patch. Narrow a large one with `path`.",
  risk: "read",
  input: {
    base: revision,
    head: revision,
    path: path.optional().describe("File or directory"),
    offset: z.int().min(1).optional().describe("More files"),
    patch_line: z.int().min(1).optional().describe("More patch"),
  },
  output: {
    base_sha: z.string(),
    head_sha: z.string(),
    merge_base_sha: z.string().nullable(),
    ahead_by: z.int(),
    behind_by: z.int(),
    additions: z.int(),
    deletions: z.int(),
    files: z.array(z.object(changedFileOutput)),
    total_files: z.int(),
    patch_lines: z.string(),
    patch: z.string().optional(),
  },
  uses: [git.compareRefs],
  async run({ api, project }, { base, head, path, offset, patch_line }) {
    const patch_limit = patch_line !== undefined ? maxPatchBytes : offset !== undefined ? 0 : firstPatchBytes;
    const change = await api.call(git.compareRefs, { project_id: project, base, head, path, patch_limit });
    // Whoever asks for more of the one has seen the beginning of the other.
    if (patch_line !== undefined) return patchLines(change, name, patch_line);
    if (offset !== undefined) return changedFiles(change, name, offset);
    const summary = record({
      base_sha: change.base_sha,
      head_sha: change.head_sha,
      merge_base_sha: change.merge_base_sha,
      ahead_by: change.ahead_by,
      behind_by: change.behind_by,
      additions: change.additions,
      deletions: change.deletions,
    });
    const files = changedFiles(change, name, 0);
    return change.patch === "" ? [summary, files] : [summary, files, patchLines(change, name, 1)];
  },
});
