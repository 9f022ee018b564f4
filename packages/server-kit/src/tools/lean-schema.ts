import * as z from "zod";

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Keywords that cost tokens and tell a model nothing it needs: the server checks them itself. */
const dropped = new Set(["$schema", "additionalProperties", "propertyNames", "pattern", "minLength", "maxLength"]);

/** Limits that zod writes for every integer. */
const integerNoise = new Set<unknown>([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** The JSON Schema of a tool's arguments as a model should pay for it: a flat object without noise. */
export function leanSchema(shape: z.ZodRawShape): JsonSchema & { readonly type: "object" } {
  const { properties, required } = z.toJSONSchema(z.object(shape), { io: "input" });
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(properties ?? {}).map(([name, schema]) => [name, lean(schema)])),
    ...(required === undefined || required.length === 0 ? {} : { required }),
  };
}

/** The JSON Schema of a structured result. */
export function outputSchema(shape: z.ZodRawShape): JsonSchema & { readonly type: "object" } {
  const { $schema: _, ...schema } = z.toJSONSchema(z.object(shape).loose(), { io: "output" });
  return { ...schema, type: "object" };
}

function lean(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lean);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([keyword, value]) =>
      !dropped.has(keyword) && !integerNoise.has(value) && !(keyword === "type" && "enum" in schema),
  );
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, lean(value)]));
}
