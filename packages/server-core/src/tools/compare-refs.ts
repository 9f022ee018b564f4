import { git } from "@platform-mcp/client";
import { defineTool, list, named, note, record, text } from "@platform-mcp/server-kit";
import * as z from "zod";

/** More patch than a result can hold; the budget cuts the rest. */
const patchBytes = 65_536;

export const compareRefs = defineTool({
  name: "compare_refs",
  title: "Compare refs",
  description:
    "Show what `head` changed since it left `base`: commit counts, changed files with line counts, and the patch. Narrow a large one with `path`.",
  risk: "read",
  input: {
    base: z.string(),
    head: z.string(),
    path: z.string().optional().describe("File or directory"),
  },
  output: {
    base_sha: z.string(),
    head_sha: z.string(),
    merge_base_sha: z.string().nullable(),
    ahead_by: z.int(),
    behind_by: z.int(),
    additions: z.int(),
    deletions: z.int(),
    files: z.array(
      z.object({
        path: z.string(),
        status: z.string(),
        additions: z.int().nullable(),
        deletions: z.int().nullable(),
        previous_path: z.string().nullable(),
      }),
    ),
    total_files: z.int(),
    patch: z.string().optional(),
  },
  uses: [git.compareRefs],
  async run({ api, project }, { base, head, path }) {
    const change = await api.call(git.compareRefs, { project_id: project, base, head, path, patch_limit: patchBytes });
    const narrow = "compare_refs with path set to one file or directory";
    const parts = [
      record({
        base_sha: change.base_sha,
        head_sha: change.head_sha,
        merge_base_sha: change.merge_base_sha,
        ahead_by: change.ahead_by,
        behind_by: change.behind_by,
        additions: change.additions,
        deletions: change.deletions,
      }),
      list({
        of: "files",
        items: change.files.map((file) => ({
          path: named(file.path),
          status: file.status,
          additions: file.additions,
          deletions: file.deletions,
          previous_path: file.previous_path === null ? null : named(file.previous_path),
        })),
        total: change.total_files,
        next: () => narrow,
        empty: "There is no difference.",
        // The files tell what the change is about; the patch gets what they leave.
        share: 0.4,
      }),
    ];
    if (change.patch === "") return parts;
    const patch = text({
      key: "patch",
      text: change.patch,
      rest: ({ to, of }) => `The patch is cut after line ${to} of ${of}: ${narrow}.`,
    });
    return change.patch_truncated
      ? [...parts, patch, note(`The platform cut the patch: ${narrow}.`)]
      : [...parts, patch];
  },
});
