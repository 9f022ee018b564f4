/** Terminal escape sequences: CSI, OSC up to its end, and two-character ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it exists to find them
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const blanks = /[\s\p{Zl}\p{Zp}]+/gu;
/** Control, format (bidirectional, zero width, tags), private use and unassigned characters. */
const invisible = /\p{C}/gu;

/** Text of a server made fit for one line of a message: visible characters only, blanks as single spaces. */
export function cleanText(text: string): string {
  return text.replace(escapes, "").replace(blanks, " ").replace(invisible, "").trim();
}

/** Cuts text to at most `max` characters, marking the cut, and never through a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, max - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, "")}…`;
}
