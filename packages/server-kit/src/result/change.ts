import type { git, ResponseOf } from "@platform-mcp/client";
import * as z from "zod";
import { named } from "../untrusted/user-text.ts";
import { list } from "./list.ts";
import { note } from "./note.ts";
import type { Part } from "./part.ts";
import { text } from "./text.ts";

/** What changed between two commits, as the platform gives it: files with counts, and a patch of bounded size. */
export type Change = Pick<
  ResponseOf<typeof git.compareRefs>,
  "files" | "total_files" | "additions" | "deletions" | "patch" | "patch_truncated"
>;

/** A changed file in structured output. */
export const changedFileOutput = {
  path: z.string(),
  status: z.string(),
  additions: z.int().nullable(),
  deletions: z.int().nullable(),
  previous_path: z.string().nullable(),
};

/** The changed files from an offset on. @param tool the tool that is called for the rest, by `offset` or `path` */
export function changedFiles({ files, total_files, patch }: Change, tool: string, offset: number): Part {
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
        ? `${tool} with offset=${next}, or path set to a directory`
        : `${tool} with path set to a directory`,
    empty: "There is no difference.",
    // The files tell what the change is about; the patch gets what they leave.
    share: patch === "" ? 1 : 0.4,
  });
}

/** The lines of the patch from one on. @param tool the tool that is called for the rest, by `patch_line` or `path` */
export function patchLines({ patch, patch_truncated }: Change, tool: string, first: number): Part {
  const lines = patch.split("\n").slice(first - 1);
  if (lines.join("") === "") {
    const why = patch_truncated ? "the platform gives no more of it: set path to one file" : "it ends before that line";
    return note(`No patch at patch_line=${first}: ${why}.`);
  }
  const next = (line: number) => `${tool} with patch_line=${line}, or path set to one file`;
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
