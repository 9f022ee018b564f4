import type { ToolResult } from "../result/part.ts";
import { render } from "../result/render.ts";

/** The fences' mark in tests. */
export const nonce = "c0ffee00";

/** A result as text for a model. */
export function renderText(result: ToolResult, tokens = 8000): string {
  return render(result, { mode: "text", tokens, nonce }).text ?? "";
}

/** A result as JSON for a program. */
export function renderData(result: ToolResult, tokens = 8000): Readonly<Record<string, unknown>> {
  return render(result, { mode: "structured", tokens, nonce }).data ?? {};
}
