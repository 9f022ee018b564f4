export { type BarePage, bareArrayPage, type Page } from "./result/bare-page.ts";
export { type Change, changedFileOutput, changedFiles, patchLines } from "./result/change.ts";
export { type Entry, entries } from "./result/entries.ts";
export { filePatches } from "./result/file-patches.ts";
export { type FilteredPage, filteredHere, filteredPage } from "./result/filtered-page.ts";
export { list } from "./result/list.ts";
export { note } from "./result/note.ts";
export type { Part, ToolResult } from "./result/part.ts";
export { record } from "./result/record.ts";
export { secret } from "./result/secret.ts";
export { shortSha } from "./result/short-sha.ts";
export { type ShownLines, text } from "./result/text.ts";
export { time } from "./result/time.ts";
export { tree } from "./result/tree.ts";
export type { TreeNode } from "./result/tree-places.ts";
export type { Fields, Value } from "./result/value.ts";
export { runServer } from "./run-server.ts";
export type { ServerDefinition } from "./server-definition.ts";
export { AdvisedError } from "./tools/advised-error.ts";
export { ArgumentError } from "./tools/argument-error.ts";
export { ifOffered, isMissingEndpoint } from "./tools/missing-endpoint.ts";
export { limit, offset } from "./tools/paging.ts";
export { pointInTime } from "./tools/point-in-time.ts";

export {
  type Api,
  type ApiOptions,
  defineAnyProjectTool,
  definePlatformTool,
  defineTool,
  type Risk,
  type Tool,
} from "./tools/tool.ts";
export { watch } from "./tools/watch.ts";
export { nameList } from "./untrusted/name-list.ts";
export { sanitizeLines } from "./untrusted/sanitize.ts";
export { shellWord } from "./untrusted/shell-word.ts";
export { named, quoteName, UserText, user } from "./untrusted/user-text.ts";
