/** Something in a YAML file that its author has to change. */
export interface YamlProblem {
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong there, and what to do. */
  readonly message: string;
}

/** A YAML file cannot be used. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  readonly problems: readonly YamlProblem[];

  constructor(problems: readonly YamlProblem[]) {
    super(problems.map(({ line, message }) => `line ${line}: ${message}`).join("\n"));
    this.problems = problems;
  }
}
