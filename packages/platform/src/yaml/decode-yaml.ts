import { YamlError } from "./yaml-error.ts";

/** The text of a file. @throws YamlError when it is not UTF-8 */
export function decodeYaml(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new YamlError([{ line: 1, message: "the file is not UTF-8" }]);
  }
}
