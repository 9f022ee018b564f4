import { gitOutput } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";
import type { PipelineDefinition } from "./definition.ts";
import { DefinitionError, definitionFile } from "./definition-error.ts";
import { parseDefinition } from "./parse-definition.ts";
import { fileTooLarge, maxFileSize } from "./yaml/read-yaml.ts";

/** Bytes of what git says before the file: its SHA, what it is, and its size. */
const headerRoom = 100;

/**
 * The definition in a commit; undefined when the commit has no such file.
 *
 * @param commit full SHA
 * @throws DefinitionError when it cannot be used, and GitError
 */
export async function readDefinition(
  repository: Repository,
  commit: string,
  signal?: AbortSignal,
): Promise<PipelineDefinition | undefined> {
  const input = `${commit}:${definitionFile}\n`;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of gitOutput(["cat-file", "--batch"], { repository, input, signal })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxFileSize + headerRoom) break;
  }
  const output = Buffer.concat(chunks);
  const end = output.indexOf("\n");
  // Of a commit without the file: "<what was asked for> missing". A directory or a submodule of that name is no file.
  const [, bytes] = /^[0-9a-f]{40,64} blob (\d+)$/.exec(output.toString("latin1", 0, Math.max(0, end))) ?? [];
  if (bytes === undefined) return undefined;
  if (Number(bytes) > maxFileSize) throw fileTooLarge();
  return parseDefinition(decode(output.subarray(end + 1, end + 1 + Number(bytes))));
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DefinitionError([{ line: 1, message: "the file is not UTF-8" }]);
  }
}
