import type { YamlProblem } from "../../yaml/yaml-error.ts";

/** The file's name, always at the root of the work tree. */
export const definitionFile = ".platform.yaml";

/** Something in a definition that its author has to change. */
export type DefinitionProblem = YamlProblem;

/** Problems that a message tells at most. */
const toldAtOnce = 10;

/** A definition cannot be used. The message is for its author: a line for each problem. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    const told = problems.slice(0, toldAtOnce);
    const lines = told.map(({ line, message }) => `${definitionFile}, line ${line}: ${message}`);
    const rest = problems.length - told.length;
    if (rest > 0) lines.push(`and ${rest} more`);
    super(lines.join("\n"));
    this.problems = problems;
  }
}
