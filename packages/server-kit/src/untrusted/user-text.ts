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

/** Marks text as written by users; null and undefined stay what they are. */
export function user<T extends string | null | undefined>(text: T): UserText | Exclude<T, string> {
  return typeof text === "string" ? new UserText(text) : (text as Exclude<T, string>);
}

/** Marks a name as chosen by users. */
export function named(text: string): UserName {
  return new UserName(text);
}

const plainName = /^[\p{L}\p{N}_@+#=~^%.,:/-]+$/u;

/** The shortest writing of a name that cannot be mistaken for anything else. */
export function quoteName(text: string): string {
  const shown = sanitize(text);
  return shown === text && plainName.test(text) ? text : JSON.stringify(shown);
}

/** User-written text on one line, in quotes that it cannot leave; cut at `limit` characters. */
export function quoteText(text: string, limit = 200): string {
  const characters = Array.from(text);
  const cut = characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : text;
  return JSON.stringify(cut);
}
