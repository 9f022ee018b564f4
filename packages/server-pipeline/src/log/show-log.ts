import { type Part, text } from "@platform-mcp/server-kit";
import type { FoundLine } from "./grep-lines.ts";
import type { LogLine } from "./kept-lines.ts";

interface ShowOptions {
  readonly key: string;
  readonly lines: readonly LogLine[];
  readonly keep: "head" | "tail";
  /** How much of the remaining budget they may use; all of it by default. */
  readonly share?: number;
  /** The lines shown, as a field above them. */
  readonly position?: (first: number, last: number) => string;
  readonly more: boolean;
  /** What gets the lines before the first one shown, or after the last. */
  readonly rest: (first: number, last: number) => string;
}

/** Lines of a log with their numbers; a gap between them is a line of its own. */
export function showLog({ key, lines, keep, share = 1, position, more, rest }: ShowOptions): Part {
  const numberAt = (line: number) => lines[line - 1]?.number ?? 0;
  return text({
    key,
    // The last line may be empty, and is a line nevertheless.
    text: `${lines.map((line) => line.text).join("\n")}\n`,
    keep,
    share,
    more,
    label: (line) => labelOf(lines, line - 1),
    ...(position && {
      position: { key: "lines", value: ({ from, to }) => position(numberAt(from), numberAt(to)) },
    }),
    rest: ({ from, to }) => rest(numberAt(from), numberAt(to)),
    lineCut: ({ to }) => `Line ${numberAt(to)} is longer than an answer may be and was cut.`,
  });
}

function labelOf(lines: readonly (LogLine | FoundLine)[], at: number): string {
  const line = lines[at];
  if (line === undefined) return "";
  const previous = lines[at - 1];
  const gap = previous !== undefined && previous.number + 1 < line.number ? "--\n" : "";
  return `${gap}${line.number}${"isMatch" in line && !line.isMatch ? "-" : ":"} `;
}
