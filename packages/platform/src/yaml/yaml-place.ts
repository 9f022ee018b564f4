import { isNode, type LineCounter } from "yaml";
import { YamlError } from "./yaml-error.ts";

/** Keys and positions that lead from the root of a file to a value in it. */
export type YamlPath = readonly (string | number)[];

/** How deep a file may be nested, aliases included. */
const maxDepth = 32;

/** Knows the lines of a file that is being read. */
export class YamlPlace {
  readonly #counter: LineCounter;

  constructor(counter: LineCounter) {
    this.#counter = counter;
  }

  /** Counted from 1. */
  lineAt(offset: number): number {
    return Math.max(1, this.#counter.linePos(offset).line);
  }

  lineOf(node: unknown): number {
    return this.lineAt((isNode(node) ? node.range?.[0] : undefined) ?? 0);
  }

  problem(node: unknown, message: string): YamlError {
    return new YamlError([{ line: this.lineOf(node), message }]);
  }

  /** @throws YamlError for what would need a deeper stack than there may be */
  checkDepth(node: unknown, depth: number): void {
    if (depth > maxDepth) throw this.problem(node, `this is nested more than ${maxDepth} deep`);
  }
}
