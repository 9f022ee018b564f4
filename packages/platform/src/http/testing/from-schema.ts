import fc from "fast-check";
import * as z from "zod";
import { hostileJson } from "./hostile-values.ts";

/** As much of JSON Schema as the contract's schemas become. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly format?: string;
}

/** Values that a schema might take: each part of them mostly right, sometimes anything at all. */
export function fromSchema(schema: z.ZodType, ids: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const json: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return part(json as Schema, ids);
}

function part(schema: Schema, ids: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: wellFormed(schema, ids), weight: 30 }, { arbitrary: hostileJson, weight: 1 });
}

function wellFormed(schema: Schema, ids: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((choice) => part(choice, ids)));
  switch (schema.type) {
    case "object": {
      const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, part(inner, ids)]);
      return fc.record(Object.fromEntries(properties), { requiredKeys: [] });
    }
    case "array":
      return fc.array(part(schema.items ?? {}, ids), { maxLength: 4 });
    case "string":
      if (schema.format === "uuid") return ids;
      if (schema.format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
      return fc.oneof(
        fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/),
        fc.emailAddress(),
        // Names of branches, and what a title may ask for.
        fc.constantFrom("main", "next", "closes #1"),
      );
    case "integer":
    case "number":
      return fc.integer();
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      // What a query's text is made into is not in its schema.
      return fc.constantFrom("0", "5", "true", "false", "HEAD", "main");
  }
}
