import type { Writable } from "node:stream";

/** A line that Claude Code prints. */
export type OutputLine = { readonly [key: string]: unknown };

/** What goes to Claude Code's standard input. */
export interface ClaudeInput {
  begin(stdin: Writable): void;
  /** The types of the lines on which it depends; without it, nobody looks at what Claude Code prints. */
  readonly watches?: { readonly types: readonly string[]; onLine(line: OutputLine): void };
}

/** The prompt alone: there it may begin with `-` and be as long as it likes, and no process list shows it. */
export function promptAlone(prompt: string): ClaudeInput {
  return { begin: (stdin) => void stdin.end(prompt) };
}
