import * as z from "zod";
import { ArgumentError } from "./argument-error.ts";
import { type JsonSchema, leanSchema } from "./lean-schema.ts";

/** Checks the arguments of one tool's calls. */
export type ArgumentCheck = (args: unknown) => Record<string, unknown>;

/**
 * Makes the check for a tool's arguments: unknown names are refused with the valid ones, a number or boolean written
 * as text and a single string where a list of strings belongs are read as they were meant, and null stands for
 * "not given". Everything else is held against the schema. The check throws ArgumentError.
 */
export function argumentCheck(shape: z.ZodRawShape): ArgumentCheck {
  const schema = z.object(shape);
  const properties = new Map(Object.entries(leanSchema(shape)["properties"] as Record<string, JsonSchema>));
  return (args) => {
    if (args !== undefined && (typeof args !== "object" || args === null || Array.isArray(args))) {
      throw new ArgumentError("arguments must be an object");
    }
    const given = Object.entries(args ?? {});
    const unknown = given.map(([name]) => name).filter((name) => !properties.has(name));
    if (unknown.length > 0) throw new ArgumentError(unknownNames(unknown, [...properties.keys()]));
    const read = given
      .map(([name, value]) => [name, readAsMeant(value, properties.get(name) ?? {})] as const)
      .filter(([, value]) => value !== undefined);
    const result = schema.safeParse(Object.fromEntries(read));
    if (result.success) return result.data;
    throw new ArgumentError(result.error.issues.map(describe).join("; "));
  };
}

function unknownNames(unknown: readonly string[], valid: readonly string[]): string {
  const shown = unknown.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 64)));
  const noun = unknown.length === 1 ? "unknown argument" : "unknown arguments";
  const offer = valid.length === 0 ? "this tool takes none" : `valid arguments: ${valid.join(", ")}`;
  return `${noun} ${shown.join(", ")}; ${offer}`;
}

/** Undefined means "as if not given". */
function readAsMeant(value: unknown, schema: JsonSchema): unknown {
  const accepts = typesOf(schema);
  if (value === null && !accepts.has("null")) return undefined;
  if (typeof value !== "string" || accepts.has("string")) return value;
  if (accepts.has("integer") || accepts.has("number")) return faithfulNumber(value);
  if (accepts.has("boolean")) return value === "true" ? true : value === "false" ? false : value;
  if (accepts.has("array")) return listOfStrings(value);
  return value;
}

function typesOf(schema: JsonSchema): ReadonlySet<unknown> {
  if (Array.isArray(schema["enum"]))
    return new Set(schema["enum"].map((value) => (value === null ? "null" : typeof value)));
  const alternatives = Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [];
  return new Set([schema["type"], ...alternatives.flatMap((alternative) => [...typesOf(alternative)])].flat());
}

/** A number only if writing it again gives the same text: `007` or `1e3` may be something else. */
function faithfulNumber(text: string): unknown {
  const number = Number(text);
  return String(number) === text ? number : text;
}

function listOfStrings(text: string): unknown {
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

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "invalid_type" && issue.input === undefined) return `${path} is required`;
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}
