import { gitOutput } from "../git/git.ts";
import { readSmallBlob } from "../git/read-small-blob.ts";
import type { Repository } from "../git/repository.ts";
import { decodeYaml } from "../yaml/decode-yaml.ts";
import { quoted } from "../yaml/quoted.ts";
import { fileTooLarge, maxFileSize } from "../yaml/read-yaml.ts";
import { YamlError } from "../yaml/yaml-error.ts";
import { advice } from "./manifests/read-manifests.ts";

const deepest = 32;

/**
 * A file in a commit, read from git's objects, where there are no files to be led to: on its way there are directories
 * alone. @throws YamlError that names what is there instead
 */
export async function readManifestFile(
  repository: Repository,
  {
    commit,
    path,
    signal,
  }: { readonly commit: string; readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const parts = path.split("/");
  if (parts.length > deepest) throw refused(path, `is more than ${deepest} directories deep`);
  let object = commit;
  for (const [index, name] of parts.entries()) {
    const at = parts.slice(0, index + 1).join("/");
    const entry = await entryOf(repository, object, name, signal);
    if (entry === undefined) throw refused(at, `is not in commit ${commit.slice(0, 12)}`);
    const isLast = index === parts.length - 1;
    if (entry.mode === "120000") throw refused(at, "is a symbolic link: what it leads to is not read");
    if (entry.mode === "160000") throw refused(at, "is a submodule: other repositories are not read");
    if (isLast && entry.mode === "040000") throw refused(at, "is a directory: name a file");
    if (!isLast && entry.mode !== "040000") throw refused(at, "is a file, no directory");
    object = entry.sha;
  }
  const bytes = await readSmallBlob(repository, object, { maxBytes: maxFileSize, signal });
  if (bytes === "too large") throw fileTooLarge(advice);
  if (bytes === undefined) throw refused(path, "cannot be read");
  return decodeYaml(bytes);
}

function refused(path: string, message: string): YamlError {
  return new YamlError([{ line: 1, message: `${quoted(path)} ${message}` }]);
}

/** What a directory holds under a name, which is taken as it is. */
async function entryOf(repository: Repository, tree: string, name: string, signal: AbortSignal | undefined) {
  const options = { repository, signal, environment: { GIT_LITERAL_PATHSPECS: "1" } };
  const chunks: Buffer[] = [];
  for await (const chunk of gitOutput(["ls-tree", "-z", "--full-tree", tree, "--", name], options)) chunks.push(chunk);
  const found = /^(?<mode>\d{6}) \w+ (?<sha>[0-9a-f]{40})\t/.exec(Buffer.concat(chunks).toString("utf8"))?.groups;
  return found === undefined ? undefined : { mode: found.mode, sha: found.sha ?? "" };
}
