/** Values and lines of them with fewer characters are not masked: they would be found everywhere. */
export const shortestMasked = 4;
/**
 * Longer texts are looked for in pieces of this many bytes, the line length of `base64`: what is found at once stays
 * short, and a secret that is printed in part is masked in part.
 */
const pieceLength = 76;

/** What must not show in a log, as bytes: each line of the secrets, and how they look encoded. */
export function secretPatterns(secrets: readonly string[]): readonly Buffer[] {
  const patterns = new Map<string, Buffer>();
  for (const secret of secrets) {
    for (const text of [...linesOf(secret), ...encodingsOf(secret)]) {
      for (const piece of piecesOf(text)) patterns.set(piece.toString("latin1"), piece);
    }
  }
  return [...patterns.values()];
}

/** Without the blanks around them, since a shell drops those of an unquoted variable; and as JSON and shells quote them. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const masked = lines.filter((line) => line.length >= shortestMasked);
  return masked.flatMap((line) => [
    line,
    JSON.stringify(line).slice(1, -1),
    // As `set -x` prints it: by bash, and by dash.
    line.replaceAll("'", "'\\''"),
    line.replaceAll("'", `'"'"'`),
  ]);
}

/** As in URLs and forms, and as base64, alone or as a part of something longer. */
function encodingsOf(secret: string): string[] {
  const whole = secret.trim();
  if (whole.length < shortestMasked) return [];
  const form = new URLSearchParams([["", whole]]).toString().slice(1);
  const percent = [encodeURIComponent(whole.toWellFormed()), form];
  const lowerCase = percent.map((text) => text.replace(/%../g, (digits) => digits.toLowerCase()));
  const base64 = [0, 1, 2].flatMap((offset) => [secret, whole].map((text) => base64At(offset, text)));
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...percent, ...lowerCase, ...base64, ...urlSafe];
}

/**
 * The base64 digits of a text that begins `offset` bytes after a multiple of three, as far as they depend on nothing
 * that stands before or after it.
 */
function base64At(offset: number, text: string): string {
  const bytes = Buffer.from(text);
  const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const from = Math.ceil((offset * 8) / 6);
  return digits.slice(from, Math.floor(((offset + bytes.length) * 8) / 6));
}

function piecesOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += pieceLength) {
    pieces.push(bytes.subarray(start, start + pieceLength));
  }
  return pieces.filter((piece) => piece.length >= shortestMasked);
}
