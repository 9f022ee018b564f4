import { stripVTControlCharacters } from "node:util";
import { maskCredentials } from "./mask-credentials.ts";

/**
 * Characters that show nothing, or change what is shown, and so can hide an instruction from a human reader:
 * C0 and C1 controls but tab and newline, zero-width and joining characters, bidirectional controls, variation
 * selectors beyond emoji presentation, interlinear annotations, and the tag block (invisible ASCII).
 */
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** Line endings as `\n`; a lone carriage return overwrites a line on a terminal, so it becomes a line break. */
function normaliseLineEndings(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\u2028\u2029]/g, "\n");
}

/**
 * Text that users could write, made safe to show: escape sequences, control, bidirectional and invisible characters
 * are removed, line endings become `\n`, credentials are masked, and unpaired surrogates become U+FFFD.
 */
export function sanitize(text: string): string {
  return maskCredentials(normaliseLineEndings(stripVTControlCharacters(text)).replace(invisible, "").toWellFormed());
}
