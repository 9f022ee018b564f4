import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

/** Tokens of a text by a real tokenizer; text that spells a special token counts as text. */
export function realTokens(text: string): number {
  return countTokens(text, { disallowedSpecial: new Set() });
}
