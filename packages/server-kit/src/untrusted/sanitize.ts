import { stripVTControlCharacters } from "node:util";
import { hiddenCharacter } from "./hidden-characters.ts";
import { maskCredentials } from "./mask-credentials.ts";

/**
 * Text that users could write, made safe to show: escape sequences, control, bidirectional and invisible characters
 * are removed, line endings become `\n`, credentials are masked, and unpaired surrogates become U+FFFD.
 */
export function sanitize(text: string): string {
  return clean(text.replace(/\r\n?|[\u2028\u2029]/g, "\n"));
}

/**
 * The same for text whose lines are numbered elsewhere: what `\n` ends stays a line, and no other character begins
 * one. A carriage return or a line separator within a line becomes a space.
 */
export function sanitizeLines(text: string): string {
  return clean(text.replace(/\r+\n/g, "\n").replace(/[\r\u2028\u2029]/g, " "));
}

function clean(text: string): string {
  // Well formed first: two halves of a hidden character would become one when what stands between them goes.
  const visible = stripVTControlCharacters(text.toWellFormed()).replace(hiddenCharacter, "");
  return maskCredentials(visible);
}
