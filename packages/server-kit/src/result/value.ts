import { sanitize } from "../untrusted/sanitize.ts";
import { quoteName, quoteText, UserName, UserText } from "../untrusted/user-text.ts";
import { Secret } from "./secret.ts";

/** What a field may hold. Plain strings are the platform's own words: ids, states, times. */
export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | UserText
  | UserName
  | Secret
  | readonly (string | UserName)[];

/** An entity as an agent needs it: names and values, in the order they are shown. */
export type Fields = Readonly<Record<string, Value>>;

export type Json = string | number | boolean | null | readonly string[];

/** Characters that a row shows of a text that users wrote; the entity by itself shows all of it. */
const rowText = 200;

export function isAbsent(value: Value): value is null | undefined {
  return value === null || value === undefined;
}

/** A value as JSON, for structured output: user-written text sanitised, names exactly as they are, nothing quoted or cut. */
export function toJson(value: Value): Json {
  if (value === undefined) return null;
  if (value instanceof UserText || value instanceof UserName || value instanceof Secret) return value.text;
  if (Array.isArray(value)) return value.map((item) => (typeof item === "string" ? sanitize(item) : item.text));
  return typeof value === "string" ? sanitize(value) : (value as Json);
}

/** A value on one line. In a row (`bare`), it holds no space unless it is quoted. */
export function toLine(value: Value, { bare }: { readonly bare: boolean }): string {
  if (isAbsent(value)) return "-";
  if (value instanceof UserText) return quoteText(value.text, bare ? rowText : undefined);
  if (value instanceof UserName) return quoteName(value.text);
  if (value instanceof Secret) return value.line;
  if (typeof value === "string") return ownWord(value, bare);
  if (Array.isArray(value)) {
    const items = value.map((item) => toLine(item, { bare }));
    return items.length === 0 ? "-" : items.join(bare ? "," : ", ");
  }
  // Platforms do not always keep to the contract; what they sent instead is data like any other.
  return typeof value === "object" ? quoteText(sanitize(JSON.stringify(value)), rowText) : String(value);
}

/** The platform's own word, quoted where it would not be read as one value. */
function ownWord(text: string, bare: boolean): string {
  const clean = sanitize(text);
  return (bare ? /[\s"]|^$/ : /[\n"]|^$/).test(clean) ? JSON.stringify(clean) : clean;
}
