import type { Budget } from "./budget.ts";

/** How a result goes out: as text for a model, or as JSON for a program. Never both. */
export type OutputMode = "text" | "structured";

export interface RenderContext {
  readonly mode: OutputMode;
  readonly budget: Budget;
  /** Unforgeable mark of this result's fences. */
  readonly nonce: string;
}

export interface Rendered {
  /** Lines for the model; empty in structured mode. */
  readonly text: string;
  /** Properties of the structured result; empty in text mode. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What did not fit, and the call that gets it; in text mode it already stands in the text. */
  readonly leftOut?: string;
}

/** A piece of a result, which knows how to show itself within a budget. */
export interface Part {
  render(context: RenderContext): Rendered;
}

/** What a tool answers: one part, or several shown one below the other. */
export type ToolResult = Part | readonly Part[];

/** Lines of text as a part's answer; what was left out comes last. */
export function asText(lines: readonly string[], leftOut?: string): Rendered {
  const text = [...lines, leftOut ?? ""].filter((line) => line !== "").join("\n");
  return { text, data: {}, ...(leftOut === undefined ? {} : { leftOut }) };
}

/** Properties as a part's answer. */
export function asData(data: Rendered["data"], leftOut?: string): Rendered {
  return { text: "", data, ...(leftOut === undefined ? {} : { leftOut }) };
}
