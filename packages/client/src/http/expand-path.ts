import { InvalidPathValueError } from "../errors/invalid-path-value-error.ts";

function encode(value: unknown): string | { readonly refused: string } {
  if (value === undefined || value === null) return { refused: "is missing" };
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string") return { refused: "must be a string or a whole number" };
  if (text === "") return { refused: "must not be empty" };
  // A URL parser on the way would take these for steps in the tree, encoded or not.
  if (text === "." || text === "..") return { refused: `must not be ${JSON.stringify(text)}` };
  if (!text.isWellFormed()) return { refused: "holds half of a surrogate pair" };
  return encodeURIComponent(text);
}

/**
 * Puts values in the `{name}` places of a path template, percent-encoded: each stays one segment, whatever it holds.
 * @throws InvalidPathValueError for a value that cannot be a segment.
 */
export function expandPath(method: string, template: string, values: ReadonlyMap<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const encoded = encode(values.get(name));
    if (typeof encoded !== "string") throw new InvalidPathValueError(method, template, name, encoded.refused);
    return encoded;
  });
}
