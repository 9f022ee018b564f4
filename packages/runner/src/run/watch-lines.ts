import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { ClaudeInput, OutputLine } from "./claude-input.ts";

/** Characters of the longest line that is looked at. */
const longestLine = 16 * 1024 * 1024;

/** Looks at some of the lines of JSON that pass by, without taking them from anybody else. */
export function watchLines(stream: Readable, { types, onLine }: NonNullable<ClaudeInput["watches"]>): void {
  const decoder = new StringDecoder("utf8");
  let parts: string[] = [];
  let length = 0;
  const look = (text: string) => {
    // Most are of no interest, and can be long.
    if (!types.some((type) => text.includes(`"${type}"`))) return;
    const line = parse(text);
    if (typeof line?.type === "string" && types.includes(line.type)) onLine(line);
  };
  stream.on("data", (chunk: Buffer) => {
    for (const [index, piece] of decoder.write(chunk).split("\n").entries()) {
      if (index > 0) {
        if (length <= longestLine) look(parts.join(""));
        parts = [];
        length = 0;
      }
      length += piece.length;
      if (length <= longestLine) parts.push(piece);
    }
  });
}

/** Undefined for what is no JSON; something without a type for what is no object. */
function parse(text: string): OutputLine | null | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
