import { git, type ResponseOf } from "@platform-mcp/client";
import { defineTool, named, note, record, text } from "@platform-mcp/server-kit";
import * as z from "zod";
import { ref } from "../arguments.ts";

export const readFile = defineTool({
  name: "read_file",
  title: "Read file",
  description:
    "Read a text file of the repository at a ref, whole or a range of lines. Long files come in pieces: the answer says how to get the next.",
  risk: "read",
  input: {
    path: z.string().min(1),
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
    if (range.to < range.from) {
      const why =
        range.total === 0 ? "The file is empty." : `The file has ${range.total} lines; there are none in that range.`;
      return [record(about), note(why)];
    }
    return [
      record({ ...about, lines: `${range.from}-${range.to} of ${range.total}` }),
      text({
        key: "content",
        text: range.content,
        rest: (shown) => {
          const last = range.from + shown.to - 1;
          return `Lines ${last + 1}-${range.to} are left out to keep the answer short: read_file with from_line=${last + 1}.`;
        },
        lineCut: `Line ${range.from} is longer than an answer may be and was cut; the rest of the file follows with from_line=${range.from + 1}.`,
      }),
      ...(blob.truncated
        ? [note(`The platform cut its answer at line ${range.to}: read_file with from_line=${range.to + 1}.`)]
        : []),
    ];
  },
});

type Blob = ResponseOf<typeof git.getBlob>;

/** The lines that came. Platforms that know no ranges send the whole file: then the range is cut out here. */
function rangeOf(blob: Blob, from: number, to: number | undefined) {
  if (blob.from_line !== undefined && blob.to_line !== undefined && blob.total_lines !== undefined) {
    return { from: blob.from_line, to: blob.to_line, total: blob.total_lines, content: blob.content };
  }
  const lines = blob.content === "" ? [] : blob.content.replace(/\n$/, "").split("\n");
  const last = Math.min(to ?? lines.length, lines.length);
  return { from, to: last, total: lines.length, content: lines.slice(from - 1, last).join("\n") };
}
