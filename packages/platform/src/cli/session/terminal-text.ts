import { stripVTControlCharacters } from "node:util";

/** Control characters but line feed and tab, and what is invisible or changes the direction of writing. */
const hidden = /(?![\n\t])\p{C}/gu;

/** Text of others, so that it can do no more to a terminal than fill lines of it. */
export function terminalText(text: string): string {
  const lines = text.replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n");
  return stripVTControlCharacters(lines).replace(hidden, "");
}
