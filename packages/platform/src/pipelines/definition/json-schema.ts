import * as z from "zod";
import { definitionFile } from "./definition-error.ts";
import { fileSchema } from "./file-schema.ts";

/** JSON Schema of `.platform.yaml`, by which editors complete and check it. Unknown keys it points out: most are mistakes. */
export const definitionJsonSchema = z.toJSONSchema(fileSchema, {
  target: "draft-07",
  io: "input",
  override: ({ jsonSchema, path }) => {
    if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { "^x-": {} };
    if (path.length === 0) jsonSchema.title = definitionFile;
  },
});

/** The keys that can stand in the map at a path; none where any can. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.JSONSchema._JSONSchema = definitionJsonSchema;
  for (const key of path) {
    if (typeof schema === "boolean") return [];
    const { items, properties } = schema as z.core.JSONSchema.JSONSchema;
    const next = typeof key === "number" ? items : properties?.[String(key)];
    if (next === undefined || Array.isArray(next)) return [];
    schema = next;
  }
  return typeof schema === "boolean" ? [] : Object.keys(schema.properties ?? {});
}
