import * as z from "zod";
import { ArgumentError } from "./argument-error.ts";
import { type JsonSchema, leanSchema } from "./lean-schema.ts";
import { readAsMeant } from "./read-as-meant.ts";

/** Checks the arguments of one tool's calls. */
export type ArgumentCheck = (args: unknown) => Record<string, unknown>;

/** Problems that one answer names; the rest are counted. */
const shownProblems = 5;

/**
 * Makes the check for a tool's arguments: unknown names are refused with the valid ones, values are read as they were
 * meant, and everything else is held against the schema. The check throws ArgumentError, and nothing else.
 */
export function argumentCheck(shape: z.ZodRawShape): ArgumentCheck {
  const schema = z.object(shape);
  const properties: ReadonlyMap<string, JsonSchema> = new Map(Object.entries(leanSchema(shape).properties));
  return (args) => {
    if (args !== undefined && (typeof args !== "object" || args === null || Array.isArray(args))) {
      throw new ArgumentError("arguments must be an object");
    }
    const given = Object.entries(args ?? {});
    const unknown = given.map(([name]) => name).filter((name) => !properties.has(name));
    if (unknown.length > 0) throw new ArgumentError(unknownNames(unknown, [...properties.keys()]));
    const read = Object.fromEntries(
      given
        .map(([name, value]) => [name, readAsMeant(value, properties.get(name) ?? {})] as const)
        .filter(([, value]) => value !== undefined),
    );
    const result = schema.safeParse(read);
    if (result.success) return result.data;
    throw new ArgumentError(problems(result.error.issues, read));
  };
}

function unknownNames(unknown: readonly string[], valid: readonly string[]): string {
  const shown = unknown.slice(0, shownProblems).map((name) => JSON.stringify(name.slice(0, 64)));
  const more = unknown.length > shownProblems ? ` and ${unknown.length - shownProblems} more` : "";
  const noun = unknown.length === 1 ? "unknown argument" : "unknown arguments";
  const offer = valid.length === 0 ? "this tool takes none" : `valid arguments: ${valid.join(", ")}`;
  return `${noun} ${shown.join(", ")}${more}; ${offer}`;
}

function problems(issues: readonly z.core.$ZodIssue[], read: Readonly<Record<string, unknown>>): string {
  const shown = issues.slice(0, shownProblems).map((issue) => describe(issue, read));
  const more = issues.length > shownProblems ? [`and ${issues.length - shownProblems} more`] : [];
  return [...shown, ...more].join("; ");
}

function describe({ path, code, message }: z.core.$ZodIssue, read: Readonly<Record<string, unknown>>): string {
  const where = path.map(String).join(".").slice(0, 100);
  const [name = ""] = path;
  if (path.length === 1 && code === "invalid_type" && !Object.hasOwn(read, name)) return `${where} is required`;
  return where === "" ? message : `${where}: ${message.slice(0, 500)}`;
}
