import { invalid } from "../problem.ts";

/** Labels as they are kept: without space around them, each once, in the order given. @throws Problem 400 */
export function tidyLabels(labels: readonly string[]): string[] {
  const trimmed = labels.map((label) => label.trim());
  const empty = trimmed.indexOf("");
  if (empty !== -1) throw invalid(`labels.${empty}`, "must hold more than space");
  return [...new Set(trimmed)];
}

/** The labels of a filter, which stand between commas. */
export function splitLabels(filter: string): string[] {
  return filter
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
}
