import { pipeline, type Readable } from "node:stream";
import { Problem } from "../problem.ts";
import type { AdvertiseOptions } from "./advertise-refs.ts";
import { contentDecoder, isBadEncoding } from "./content-decoder.ts";
import { startGit } from "./git.ts";
import { protocolEnvironment } from "./git-protocol.ts";
import { outputOf } from "./output-of.ts";
import type { Repository } from "./repository.ts";

/**
 * What `POST git-upload-pack` answers to `body`: a fetch. `encoding` is the request's `Content-Encoding`: gzip or none,
 * `Problem` 415 otherwise; the stream fails with `Problem` 400 when the body is not what it says.
 */
export function uploadPack(
  repository: Repository,
  body: Readable,
  options: AdvertiseOptions & { readonly encoding?: string | undefined } = {},
): Readable {
  const decoder = contentDecoder(options.encoding);
  const environment = protocolEnvironment(options.protocol);
  const args = ["upload-pack", "--strict", "--stateless-rpc", repository.path];
  const git = startGit(args, { signal: options.signal, environment, timeout: Number.POSITIVE_INFINITY });
  const answer = outputOf(git);
  pipeline(body, decoder, git.stdin, (error) => {
    if (isBadEncoding(error)) answer.destroy(new Problem(400, "the request body is not valid gzip"));
    // The client has gone, or git has ended without reading on.
    else if (error) git.stop();
  });
  return answer;
}
