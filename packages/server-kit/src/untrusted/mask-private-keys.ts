const beginMark = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
const endMark = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
const keyLine = /^\s{0,20}[A-Za-z0-9+/=]{1,100}\r?$/;
const masked = "[masked]";

/** Lines between the marks of a key at most; what is farther apart does not belong together. */
const longest = 400;

/**
 * Masks private keys in PEM form, over several lines or on one with escaped line ends. Every line stays a line, so that
 * line numbers hold. Of a key whose other mark is missing, as on a page of a file, the lines of base64 next to the
 * mark are masked.
 */
export function maskPrivateKeys(text: string): string {
  if (!text.includes("PRIVATE KEY")) return text;
  const lines = text.split("\n").map(maskWithinLine);
  const begins = lines.map((line) => opensKey(line));
  const ends = lines.map((line) => endMark.test(line));
  for (let at = 0; at < lines.length; at++) {
    if (begins[at]) at = maskAfter(lines, at, ends);
    else if (ends[at]) maskBefore(lines, at);
  }
  return lines.join("\n");
}

/** Masks keys that begin and end on this line. */
function maskWithinLine(line: string): string {
  if (!endMark.test(line)) return line;
  let done = "";
  for (let rest = line; ; ) {
    const begin = beginMark.exec(rest);
    const from = begin === null ? -1 : begin.index + begin[0].length;
    const to = from < 0 ? -1 : rest.indexOf("-----END ", from);
    if (to < 0) return done + rest;
    done += `${rest.slice(0, from)}${masked}`;
    rest = rest.slice(to);
  }
}

/** Whether a key begins on this line and does not end on it. */
function opensKey(line: string): boolean {
  const begin = line.lastIndexOf("-----BEGIN ");
  return begin >= 0 && beginMark.test(line.slice(begin)) && !line.includes("-----END ", begin);
}

/** Masks what follows the line that opens a key; gives the last line that belongs to it. */
function maskAfter(lines: string[], opening: number, ends: readonly boolean[]): number {
  const distance = ends.slice(opening + 1, opening + 1 + longest).indexOf(true);
  const closed = distance >= 0;
  const end = opening + 1 + distance;
  let at = opening + 1;
  while (at < lines.length && (closed ? at < end : keyLine.test(lines[at] ?? ""))) lines[at++] = masked;
  return closed ? end : at - 1;
}

/** Masks what stands before the line that ends a key of which the beginning is missing. */
function maskBefore(lines: string[], closing: number): void {
  for (let at = closing - 1; at >= 0 && keyLine.test(lines[at] ?? ""); at--) lines[at] = masked;
}
