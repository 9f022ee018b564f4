import { Readable } from "node:stream";
import type { GitProcess } from "./git.ts";
import { GitError } from "./git-error.ts";

async function* output(git: GitProcess, prefix: string): AsyncGenerator<string | Buffer, void> {
  const stdout: AsyncIterable<Buffer> = git.stdout;
  let written = false;
  for await (const chunk of stdout) {
    if (!written && prefix !== "") yield prefix;
    written = true;
    yield chunk;
  }
  const { code, stderr } = await git.ended;
  if (code !== 0 && !written) throw new GitError("serving a repository", code, stderr);
}

/**
 * Git's output, after `prefix`, as a stream of its own, which kills git when it is destroyed. When git fails before it
 * has written anything, the stream fails with the reason; later it ends, as git has told the client in the protocol, or
 * the client sees that the pack is not whole.
 */
export function outputOf(git: GitProcess, prefix = ""): Readable {
  const stream = Readable.from(output(git, prefix), { objectMode: false });
  stream.once("close", git.stop);
  return stream;
}
