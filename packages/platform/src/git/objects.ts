import { readGit } from "./git.ts";
import type { Repository } from "./repository.ts";

export interface GitObject {
  readonly sha: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Looks up objects by git's own names for them (`main^{commit}`, `<sha>:path`), in the order asked; undefined for each
 * that does not exist. The names go over standard input, so none can be taken for an option.
 */
export async function findObjects(
  repository: Repository,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(GitObject | undefined)[]> {
  const input = names.map((name) => `${name}\0`).join("");
  let output = await readGit(["cat-file", "--batch-check", "-z"], { repository, input, signal });
  return names.map((name) => {
    // What is missing is answered with its name, which may hold line breaks.
    const missing = output.startsWith(`${name} `);
    const end = output.indexOf("\n", missing ? name.length : 0) + 1;
    const line = output.slice(0, end);
    output = output.slice(end);
    const [, sha, type, size] = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)\n$/.exec(line) ?? [];
    return sha !== undefined && type !== undefined ? { sha, type, size: Number(size) } : undefined;
  });
}
