export { hostileText } from "./hostile-text.ts";
export { realTokens } from "./real-tokens.ts";
export {
  idOf,
  project,
  type Route,
  type StandInOptions,
  type StandInPlatform,
  sendJson,
  sendPage,
  standInPlatform,
} from "./stand-in-platform.ts";
export { type CallAnswer, type ToolCaller, toolCaller } from "./tool-caller.ts";
