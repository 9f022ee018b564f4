import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Problem } from "../problem.ts";
import { type GitProcess, startGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import { protocolEnvironment } from "./git-protocol.ts";
import type { Repository } from "./repository.ts";

export interface UploadPackOptions {
  /** The request's `Git-Protocol` header. */
  readonly protocol?: string | undefined;
  /** Aborting kills git; so does destroying the stream. */
  readonly signal?: AbortSignal | undefined;
}

const noLimit = Number.POSITIVE_INFINITY;

async function* output(git: GitProcess, prefix: string): AsyncGenerator<string | Buffer, void> {
  const stdout: AsyncIterable<Buffer> = git.stdout;
  let written = false;
  for await (const chunk of stdout) {
    if (!written && prefix !== "") yield prefix;
    written = true;
    yield chunk;
  }
  const { code, stderr } = await git.ended;
  if (code !== 0 && !written) throw new GitError("upload-pack", code, stderr);
}

/**
 * Git's output as a stream of its own, which kills git when it is destroyed. When git fails before it has written
 * anything, the stream fails with the reason; later it ends, as git has told the client in the protocol, or the client
 * sees that the pack is not whole.
 */
function outputOf(git: GitProcess, prefix = ""): Readable {
  const stream = Readable.from(output(git, prefix), { objectMode: false });
  stream.once("close", git.stop);
  return stream;
}

/** What `GET info/refs?service=git-upload-pack` answers. */
export function advertiseRefs(
  repository: Repository,
  service: "git-upload-pack",
  options: UploadPackOptions = {},
): Readable {
  const environment = protocolEnvironment(options.protocol);
  const args = ["upload-pack", "--strict", "--stateless-rpc", "--advertise-refs", repository.path];
  const git = startGit(args, { signal: options.signal, environment });
  git.stdin.end();
  const line = `# service=${service}\n`;
  const isVersion2 = environment.GIT_PROTOCOL?.startsWith("version=2") === true;
  // Version 2 has no such line.
  return outputOf(git, isVersion2 ? "" : `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`);
}

/**
 * What `POST git-upload-pack` answers to `body`: a fetch. `encoding` is the request's `Content-Encoding`: gzip or none,
 * `Problem` 415 otherwise; the stream fails with `Problem` 400 when the body is not what it says.
 */
export function uploadPack(
  repository: Repository,
  body: Readable,
  options: UploadPackOptions & { readonly encoding?: string | undefined } = {},
): Readable {
  const encoding = options.encoding ?? "identity";
  if (!["identity", "gzip", "x-gzip"].includes(encoding)) {
    throw new Problem(415, "the content encoding of a fetch must be gzip or none");
  }
  const environment = protocolEnvironment(options.protocol);
  const args = ["upload-pack", "--strict", "--stateless-rpc", repository.path];
  const git = startGit(args, { signal: options.signal, environment, timeout: noLimit });
  const answer = outputOf(git);
  const onEnd = (error: NodeJS.ErrnoException | null) => {
    if (error?.code?.startsWith("Z_")) answer.destroy(new Problem(400, "the request body is not valid gzip"));
    // The client has gone, or git has ended without reading on.
    else if (error) git.stop();
  };
  if (encoding === "identity") pipeline(body, git.stdin, onEnd);
  else pipeline(body, createGunzip(), git.stdin, onEnd);
  return answer;
}
