import { readSmallBlob } from "../../git/read-small-blob.ts";
import type { Repository } from "../../git/repository.ts";
import { decodeYaml } from "../../yaml/decode-yaml.ts";
import { fileTooLarge, maxFileSize } from "../../yaml/read-yaml.ts";
import type { PipelineDefinition } from "./definition.ts";
import { definitionFile } from "./definition-error.ts";
import { advice, asDefinitionError, parseDefinition } from "./parse-definition.ts";

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
  const options = { maxBytes: maxFileSize, signal };
  const bytes = await readSmallBlob(repository, `${commit}:${definitionFile}`, options);
  if (bytes === undefined) return undefined;
  return parseDefinition(
    asDefinitionError(() => {
      if (bytes === "too large") throw fileTooLarge(advice);
      return decodeYaml(bytes);
    }),
  );
}
