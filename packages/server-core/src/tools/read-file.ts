import { git, type ResponseOf } from "@platform-mcp/client";
import { defineTool, named, note, record, text } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, ref } from "../arguments.ts";

export const readFile = defineTool({
  name: "read_file",
  title: "Read file",
  description:
    "Read a text file of the repository at a ref, whole or a range of lines. Long files come in pieces: the answer says how to get the next.",
  risk: "read",
  input: {
    path: path.min(1),
    ref,
    from_line: z.int().min(1).optional().describe("From 1"),
    to_line: z.int().min(1).optional().describe("Included"),
  },
  output: {
    path: z.string(),
    size: z.int(),
    lines: z.string().optional(),
    content: z.string().optional(),
    binary: z.boolean().optional(),
  },
  uses: [git.getBlob],
  async run({ api, project }, { path, ref, from_line, to_line }) {
    const blob = await api.call(git.getBlob, { project_id: project, path, ref, from_line, to_line });
    const about = { path: named(blob.path), size: blob.size };
    if (blob.encoding === "base64") {
      return [
        record({ ...about, binary: true }),
        note("It is binary and is not shown. Fetch the repository with git to use it."),
      ];
    }
    const range = rangeOf(blob, from_line ?? 1, to_line);
    if (range.to < range.from) return [record(about), note(nothingIn(range))];
    const lineAt = (line: number) => range.from + line - 1;
    const end = to_line === undefined ? "" : ` and to_line=${to_line}`;
    return [
      record(about),
      text({
        key: "content",
        text: range.content,
        position: { key: "lines", value: ({ from, to }) => `${lineAt(from)}-${lineAt(to)} of ${range.total}` },
        more: blob.truncated === true,
        rest: ({ to }) =>
          `The rest is left out to keep the answer short: read_file with from_line=${lineAt(to) + 1}${end}.`,
        lineCut: ({ to }) => {
          const line = lineAt(to);
          const cut = `Line ${line} is longer than an answer may be and was cut; git shows all of it.`;
          return line < Math.min(range.total, to_line ?? range.total)
            ? `${cut} What follows: read_file with from_line=${line + 1}${end}.`
            : cut;
        },
      }),
    ];
  },
});

type Blob = ResponseOf<typeof git.getBlob>;

interface LineRange {
  readonly from: number;
  /** Less than `from` when there are no lines in the range. */
  readonly to: number;
  /** Lines in the whole file. */
  readonly total: number;
  readonly content: string;
}

function nothingIn({ total }: LineRange): string {
  return total === 0 ? "The file is empty." : `The file has ${total} lines; there are none in that range.`;
}

/** The lines that came. Platforms that know no ranges send the whole file: then the range is cut out here. */
function rangeOf(blob: Blob, from: number, to: number | undefined): LineRange {
  if (blob.from_line !== undefined && blob.to_line !== undefined && blob.total_lines !== undefined) {
    return { from: blob.from_line, to: blob.to_line, total: blob.total_lines, content: blob.content };
  }
  const lines = blob.content === "" ? [] : blob.content.replace(/\n$/, "").split("\n");
  const last = Math.min(to ?? lines.length, lines.length);
  return { from, to: last, total: lines.length, content: lines.slice(from - 1, last).join("\n") };
}
