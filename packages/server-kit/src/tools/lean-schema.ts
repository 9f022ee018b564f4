import * as z from "zod";

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A JSON Schema whose root is an object, which is what hosts take. */
export type ObjectSchema = JsonSchema & {
  readonly type: "object";
  readonly properties: Readonly<Record<string, JsonSchema>>;
};

/** Keywords that cost tokens and tell a model nothing it needs: the server checks them itself. */
const noise: ReadonlySet<string> = new Set([
  "$schema",
  "additionalProperties",
  "propertyNames",
  "pattern",
  "minLength",
  "maxLength",
]);

/** Limits that zod writes for every integer. */
const integerLimits: ReadonlySet<unknown> = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** The JSON Schema of a tool's arguments as a model should pay for it: a flat object without noise. */
export function leanSchema(shape: z.ZodRawShape): ObjectSchema {
  const { properties = {}, required = [] } = z.toJSONSchema(z.object(shape), { io: "input" });
  return {
    type: "object",
    properties: eachSchema(properties, lean),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** What the renderer adds to a structured result. */
export const added: z.ZodRawShape = { left_out: z.array(z.string()), note: z.string() };

/**
 * The JSON Schema of a structured result. Nothing in it is required: a field that the platform did not send is absent,
 * and a client that checks would otherwise drop the whole answer for it.
 */
export function outputSchema(shape: z.ZodRawShape): ObjectSchema {
  const { properties = {} } = z.toJSONSchema(z.object({ ...shape, ...added }), { io: "output" });
  return { type: "object", properties: eachSchema(properties, lenient) };
}

function lean(schema: JsonSchema): JsonSchema {
  return mapSchema(schema, lean, (keyword) => !(keyword === "type" && "enum" in schema));
}

function lenient(schema: JsonSchema): JsonSchema {
  return mapSchema(schema, lenient, (keyword) => keyword !== "required");
}

/** The schema without noise and without the keywords not wanted, and so the schemas within it. */
function mapSchema(
  schema: JsonSchema,
  each: (schema: JsonSchema) => JsonSchema,
  wanted: (keyword: string) => boolean,
): JsonSchema {
  const entries = Object.entries(schema).filter(
    ([keyword, value]) => !noise.has(keyword) && !integerLimits.has(value) && wanted(keyword),
  );
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, mapKeyword(keyword, value, each)]));
}

function mapKeyword(keyword: string, value: unknown, each: (schema: JsonSchema) => JsonSchema): unknown {
  if (keyword === "properties" && isSchema(value)) return eachSchema(value, each);
  if (keyword === "items" && isSchema(value)) return each(value);
  if ((keyword === "anyOf" || keyword === "allOf" || keyword === "oneOf") && Array.isArray(value)) {
    return value.map((one) => (isSchema(one) ? each(one) : one));
  }
  return value;
}

function eachSchema(schemas: object, each: (schema: JsonSchema) => JsonSchema): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? each(schema) : {}]),
  );
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
