import { Budget } from "./budget.ts";
import type { OutputMode, ToolResult } from "./part.ts";

export interface RenderOptions {
  readonly mode: OutputMode;
  /** Tokens that the whole result may cost. */
  readonly tokens: number;
  readonly nonce: string;
}

/** Room for the header, the fences and the sentence that says what was left out. */
const frameTokens = 250;

/** A tool's result as it goes to the host: text, or one JSON object. */
export function render(result: ToolResult, { mode, tokens, nonce }: RenderOptions) {
  const parts = "render" in result ? [result] : result;
  const budget = new Budget(tokens - frameTokens);
  const texts: string[] = [];
  const data: Record<string, unknown> = {};
  const leftOut: string[] = [];
  for (const part of parts) {
    const rendered = part.render({ mode, nonce, budget: budget.share(1) });
    budget.spend(mode === "structured" ? JSON.stringify(rendered.data) : rendered.text);
    if (rendered.text !== "") texts.push(rendered.text);
    Object.assign(data, rendered.data);
    if (rendered.leftOut !== undefined) leftOut.push(rendered.leftOut);
  }
  if (mode === "structured") return { data: leftOut.length === 0 ? data : { ...data, left_out: leftOut } };
  return { text: texts.join("\n") };
}
