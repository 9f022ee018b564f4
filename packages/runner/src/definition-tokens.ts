import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

/** What of a tool's definition a host sends to the model. */
export interface SentDefinition {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
}

/** Tokens (o200k) of a tool's definition as a host sends it to the model: only these three parts are sent. */
export function definitionTokens({ name, description, inputSchema }: SentDefinition): number {
  const sent = JSON.stringify({ name, description, input_schema: inputSchema });
  return countTokens(sent, { disallowedSpecial: new Set() });
}
