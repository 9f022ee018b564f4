import type { Part } from "./part.ts";
import { type Fields, toJson, toLine } from "./value.ts";

/** An entity as `key: value` lines. Values that are null or absent are left out of the text. */
export function record(fields: Fields): Part {
  return {
    render({ mode }) {
      const entries = Object.entries(fields);
      if (mode === "structured") {
        return { text: "", data: Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)])) };
      }
      const lines = entries
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([key, value]) => `${key}: ${toLine(value, { bare: false })}`);
      return { text: lines.join("\n"), data: {} };
    },
  };
}
