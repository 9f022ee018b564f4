import type { JsonSchema } from "./lean-schema.ts";

/**
 * A value as a model meant it, where its form does not fit the schema and can be read in one way only: a number or
 * boolean written as text, a single string where a list belongs, a list written as JSON. Undefined means "as if not
 * given", which is what null says where it is not a value.
 */
export function readAsMeant(value: unknown, schema: JsonSchema): unknown {
  const accepts = typesOf(schema);
  if (value === null && !accepts.has("null")) return undefined;
  if (typeof value !== "string" || accepts.has("string")) return value;
  if (accepts.has("integer") || accepts.has("number")) return faithfulNumber(value);
  if (accepts.has("boolean")) return value === "true" ? true : value === "false" ? false : value;
  if (accepts.has("array")) return listOf(value);
  return value;
}

function typesOf(schema: JsonSchema): ReadonlySet<unknown> {
  const { enum: values, anyOf, type } = schema;
  if (Array.isArray(values)) return new Set(values.map((value) => (value === null ? "null" : typeof value)));
  const alternatives: unknown[] = Array.isArray(anyOf) ? anyOf : [];
  return new Set([type, ...alternatives.flatMap((one) => (isSchema(one) ? [...typesOf(one)] : []))].flat());
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** A number only if writing it again gives the same text: `007` or `1e3` may be something else. */
function faithfulNumber(text: string): unknown {
  const number = Number(text);
  return String(number) === text ? number : text;
}

function listOf(text: string): unknown {
  if (text.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) return parsed;
    } catch {
      // Not JSON after all: one string that begins with a bracket.
    }
  }
  return [text];
}
