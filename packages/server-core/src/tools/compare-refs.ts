import { git, type ResponseOf } from "@platform-mcp/client";
import { defineTool, list, named, note, type Part, record, text } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, revision } from "../arguments.ts";

/** More patch than a result can hold; the budget cuts the rest. */
const firstPatchBytes = 65_536;
/** The most that the platform gives. */
const maxPatchBytes = 1_048_576;

export const compareRefs = defineTool({
  name: "compare_refs",
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
    patch_lines: z.string(),
    patch: z.string().optional(),
  },
  uses: [git.compareRefs],
  async run({ api, project }, { base, head, path, offset, patch_line }) {
    const patch_limit = patch_line !== undefined ? maxPatchBytes : offset !== undefined ? 0 : firstPatchBytes;
    const change = await api.call(git.compareRefs, { project_id: project, base, head, path, patch_limit });
    // Whoever asks for more of the one has seen the beginning of the other.
    if (patch_line !== undefined) return patchFrom(change, patch_line);
    if (offset !== undefined) return filesFrom(change, offset);
    const summary = record({
      base_sha: change.base_sha,
      head_sha: change.head_sha,
      merge_base_sha: change.merge_base_sha,
      ahead_by: change.ahead_by,
      behind_by: change.behind_by,
      additions: change.additions,
      deletions: change.deletions,
    });
    const files = filesFrom(change, 0);
    return change.patch === "" ? [summary, files] : [summary, files, patchFrom(change, 1)];
  },
});

type Comparison = ResponseOf<typeof git.compareRefs>;

function filesFrom({ files, total_files, patch }: Comparison, offset: number): Part {
  return list({
    of: "files",
    items: files.slice(offset).map((file) => ({
      path: named(file.path),
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      previous_path: named(file.previous_path),
    })),
    offset,
    total: total_files,
    // The platform lists the first thousands only.
    next: (next) =>
      next < files.length
        ? `compare_refs with offset=${next}, or path set to a directory`
        : "compare_refs with path set to a directory",
    empty: "There is no difference.",
    // The files tell what the change is about; the patch gets what they leave.
    share: patch === "" ? 1 : 0.4,
  });
}

function patchFrom({ patch, patch_truncated }: Comparison, first: number): Part {
  const lines = patch.split("\n").slice(first - 1);
  if (lines.join("") === "") {
    const why = patch_truncated ? "the platform gives no more of it: set path to one file" : "it ends before that line";
    return note(`No patch at patch_line=${first}: ${why}.`);
  }
  const next = (line: number) => `compare_refs with patch_line=${line}, or path set to one file`;
  const lineAt = (line: number) => first + line - 1;
  return text({
    key: "patch",
    text: lines.join("\n"),
    position: { key: "patch_lines", value: ({ from, to }) => `${lineAt(from)}-${lineAt(to)}` },
    more: patch_truncated,
    rest: ({ to }) => `The rest of the patch is left out to keep the answer short: ${next(lineAt(to) + 1)}.`,
    lineCut: ({ to }) =>
      `Line ${lineAt(to)} of the patch is longer than an answer may be and was cut. What follows: ${next(lineAt(to) + 1)}.`,
  });
}
