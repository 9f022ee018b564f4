import { gitOutput } from "./git.ts";
import type { Repository } from "./repository.ts";

/** Bytes of what git says before the content: its SHA, what it is, and its size. */
const headerRoom = 100;

/**
 * A file's content by git's own name for it (`<sha>:path`), when it has at most `maxBytes`; undefined when there is no
 * such file: a directory or a submodule of that name is none. Throws GitError.
 */
export async function readSmallBlob(
  repository: Repository,
  name: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<Buffer | "too large" | undefined> {
  if (name.includes("\n")) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of gitOutput(["cat-file", "--batch"], { repository, input: `${name}\n`, signal })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes + headerRoom) break;
  }
  const output = Buffer.concat(chunks);
  const end = output.indexOf("\n");
  // Of what is not there: "<what was asked for> missing".
  const [, bytes] = /^[0-9a-f]{40,64} blob (\d+)$/.exec(output.toString("latin1", 0, Math.max(0, end))) ?? [];
  if (bytes === undefined) return undefined;
  return Number(bytes) > maxBytes ? "too large" : output.subarray(end + 1, end + 1 + Number(bytes));
}
