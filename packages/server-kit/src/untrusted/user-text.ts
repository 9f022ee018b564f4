import { hiddenCharacter } from "./hidden-characters.ts";
import { maskCredentials } from "./mask-credentials.ts";
import { sanitize } from "./sanitize.ts";

/**
 * Text that users of the platform could write (titles, messages, file contents): wrapped by the tool, so that the
 * renderer sanitises it and marks it off from the platform's own words.
 */
export class UserText {
  readonly text: string;
  constructor(text: string) {
    this.text = sanitize(text);
  }
}

/**
 * A name that users choose and agents must be able to repeat (branch, path, project): shown bare where it cannot be
 * mistaken for anything else, quoted as JSON otherwise.
 */
export class UserName {
  readonly text: string;
  constructor(text: string) {
    this.text = text.toWellFormed();
  }
}

/** Marks text as written by users; what is not text (null, undefined) stays what it is. */
export function user<T>(text: T): UserText | Exclude<T, string> {
  return typeof text === "string" ? new UserText(text) : (text as Exclude<T, string>);
}

/** Marks a name as chosen by users; what is not text (null, undefined) stays what it is. */
export function named<T>(text: T): UserName | Exclude<T, string> {
  return typeof text === "string" ? new UserName(text) : (text as Exclude<T, string>);
}

/** A lone hyphen stands for "none" in rows. */
const plainName = /^(?!-$)[\p{L}\p{N}_@+#=~^%.,:/-]+$/u;

/**
 * The shortest writing of a name that cannot be mistaken for anything else. In quotes, characters that do not show are
 * written as JSON escapes, so that whoever copies the name into a call names the same thing.
 */
export function quoteName(text: string): string {
  const shown = maskCredentials(text);
  if (plainName.test(shown) && shown.search(hiddenCharacter) < 0) return shown;
  return JSON.stringify(shown).replace(hiddenCharacter, asJsonEscapes);
}

function asJsonEscapes(characters: string): string {
  return Array.from({ length: characters.length }, (_, at) => jsonEscape(characters.charCodeAt(at))).join("");
}

function jsonEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** User-written text on one line, in quotes that it cannot leave; cut at `limit` characters. */
export function quoteText(text: string, limit = Number.POSITIVE_INFINITY): string {
  if (text.length <= limit) return JSON.stringify(text);
  const cut = text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "");
  return JSON.stringify(`${cut}…`);
}
