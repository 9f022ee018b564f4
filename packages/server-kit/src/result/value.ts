import { quoteName, quoteText, UserName, UserText } from "../untrusted/user-text.ts";

/** What a field may hold. Plain strings are the platform's own words: ids, states, times. */
export type Value = string | number | boolean | null | undefined | UserText | UserName | readonly (string | UserName)[];

/** An entity as an agent needs it: names and values, in the order they are shown. */
export type Fields = Readonly<Record<string, Value>>;

/** A value as JSON, for structured output: user-written text sanitised, but neither quoted nor cut. */
export function toJson(value: Value): string | number | boolean | null | string[] {
  if (value === undefined) return null;
  if (value instanceof UserText || value instanceof UserName) return value.text;
  if (typeof value === "object" && value !== null)
    return value.map((item) => (typeof item === "string" ? item : item.text));
  return value;
}

/** A value on one line. In a row (`bare`), it holds no space unless it is quoted. */
export function toLine(value: Value, { bare }: { readonly bare: boolean }): string {
  if (value === null || value === undefined) return "-";
  if (value instanceof UserText) return quoteText(value.text);
  if (value instanceof UserName) return quoteName(value.text);
  if (typeof value === "string") return bare && /\s|^$/.test(value) ? JSON.stringify(value) : value;
  if (typeof value === "object") {
    const items = value.map((item) => toLine(item, { bare }));
    return items.length === 0 ? "-" : items.join(bare ? "," : ", ");
  }
  return String(value);
}
