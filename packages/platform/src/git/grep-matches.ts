/** A match as `git grep -n -z` prints it: `<name> NUL <line number> NUL <line> LF`. */
export interface GrepMatch {
  readonly name: string;
  readonly lineNumber: number;
  /** The start of the line as UTF-8. */
  readonly line: string;
}

const nul = 0;
const newline = 10;

/**
 * Parses what `git grep -n -z` prints. Names may hold line breaks and lines may hold NUL, so each part is read up to
 * its own delimiter; no more than `lineBytes` of a line are held.
 */
export async function* grepMatches(chunks: AsyncIterable<Buffer>, lineBytes: number): AsyncGenerator<GrepMatch, void> {
  const parts: string[] = [];
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const inLine = parts.length === 2;
      const delimiter = chunk.indexOf(inLine ? newline : nul, start);
      const part = chunk.subarray(start, delimiter === -1 ? chunk.length : delimiter);
      const room = inLine ? lineBytes - size : part.length;
      if (room > 0) pending.push(part.subarray(0, room));
      size += part.length;
      start += part.length + 1;
      if (delimiter === -1) break;
      parts.push(Buffer.concat(pending).toString("utf8"));
      pending = [];
      size = 0;
      if (inLine) {
        const [name = "", lineNumber, line = ""] = parts.splice(0);
        yield { name, lineNumber: Number(lineNumber), line };
      }
    }
  }
}
