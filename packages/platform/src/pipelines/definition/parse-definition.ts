import type * as z from "zod";
import { describeIssue } from "../../yaml/describe-issue.ts";
import { quoted } from "../../yaml/quoted.ts";
import { readYaml, type YamlFile } from "../../yaml/read-yaml.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import type { YamlPath } from "../../yaml/yaml-place.ts";
import { checkNames } from "./check-names.ts";
import type { PipelineDefinition } from "./definition.ts";
import { DefinitionError, type DefinitionProblem } from "./definition-error.ts";
import { fileSchema } from "./file-schema.ts";
import { mistakenKeys } from "./mistaken-keys.ts";
import { namePlace, valueAt } from "./name-place.ts";

/** For whoever has written too much. */
export const advice = "put longer scripts into files of their own";

/**
 * Reads the text of a `.platform.yaml`. Keys that it does not know are ignored, unless they look like a mistake.
 *
 * @throws DefinitionError with every problem and its line
 */
export function parseDefinition(text: string): PipelineDefinition {
  const isText = (path: YamlPath) => path.length === 5 && path[3] === "environment";
  const file = asDefinitionError(() => readYaml(text, { isText, advice }));
  const mistakes = removeUnknownKeys(file);
  const result = fileSchema.safeParse(file.value, { reportInput: true });
  const problems = [...mistakes, ...(result.error?.issues ?? []).map((issue) => problemOf(issue, file))];
  if (result.success && problems.length === 0) {
    const found = checkNames(result.data);
    if (found.length === 0) return result.data;
    problems.push(...found.map(({ path, message }) => ({ line: file.lineOf(path), message })));
  }
  throw new DefinitionError(problems.sort((a, b) => a.line - b.line));
}

/** Does what reads a file; what is wrong with the file is wrong with the definition. */
export function asDefinitionError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof YamlError ? new DefinitionError(error.problems) : error;
  }
}

/** Takes out what is not known, and tells what of it is a mistake. */
function removeUnknownKeys({ value, lineOf }: YamlFile): readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  for (const issue of fileSchema.safeParse(value).error?.issues ?? []) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = pathOf(issue);
    const parent = valueAt(value, path);
    if (typeof parent !== "object" || parent === null) continue;
    for (const key of issue.keys) Reflect.deleteProperty(parent, key);
    for (const [key, meant] of mistakenKeys(issue)) {
      const place = namePlace([...path, key], value);
      problems.push({ line: lineOf([...path, key]), message: `${place} is not known; did you mean ${quoted(meant)}?` });
    }
  }
  return problems;
}

function problemOf(issue: z.core.$ZodIssue, { value, lineOf }: YamlFile): DefinitionProblem {
  const path = pathOf(issue);
  return {
    line: lineOf(path),
    message: specialCase(issue, path, value) ?? `${namePlace(path, value)} ${describeIssue(issue)}`,
  };
}

/** What deserves words of its own, being what every definition must have. */
function specialCase(issue: z.core.$ZodIssue, path: YamlPath, file: unknown): string | undefined {
  const isEmpty =
    issue.code === "too_small" ? issue.origin !== "number" : issue.code === "invalid_type" && issue.input === undefined;
  const [, list, index, key] = path;
  if (path.length < 2 && (isEmpty || path.length === 0)) return "there is no 'pipeline' with a list of 'steps'";
  if (isEmpty && path.length === 2 && list === "steps") return "pipeline must have at least one step";
  if (!isEmpty || path.length !== 4 || typeof index !== "number") return undefined;
  return `${namePlace(path.slice(0, 3), file)} is missing ${key === "image" ? "an image" : `a ${String(key)}`}`;
}

function pathOf({ path }: z.core.$ZodIssue): YamlPath {
  return path.filter((key) => typeof key !== "symbol");
}
