export { realTokens } from "./real-tokens.ts";
