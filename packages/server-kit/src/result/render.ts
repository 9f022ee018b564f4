import { Budget } from "./budget.ts";
import { longestPart } from "./longest-part.ts";
import type { OutputMode, ToolResult } from "./part.ts";

export interface RenderOptions {
  readonly mode: OutputMode;
  /** Tokens that the whole result may cost. */
  readonly tokens: number;
  readonly nonce: string;
}

/** Room for headers, fences and the sentences that say what was left out. */
const frameTokens = 350;

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
  const whole = new Budget(tokens);
  if (mode === "structured") {
    const answer = leftOut.length === 0 ? data : { ...data, left_out: leftOut };
    return { data: whole.fits(JSON.stringify(answer)) ? answer : { left_out: [tooLarge] } };
  }
  const text = texts.join("\n");
  // Parts keep to the budget; this holds for tools that pile up many of them.
  if (whole.fits(text)) return { text };
  whole.spend(`\n${tooLarge}`);
  return { text: `${longestPart(text, "head", (part) => whole.fits(part))}\n${tooLarge}` };
}

const tooLarge = "The answer is cut here: it is larger than an answer may be. Ask for less at a time.";
