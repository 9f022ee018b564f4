export { realTokens } from "./real-tokens.ts";
export { type CallAnswer, type ToolCaller, toolCaller } from "./tool-caller.ts";
