import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { FastifyRequest } from "fastify";
import { Problem } from "../../problem.ts";
import { BufferFull } from "../store/buffer-full.ts";
import type { SharedRoom } from "../store/shared-room.ts";
import type { Encoding } from "./encoding.ts";

/** Bytes of a body as it is sent. */
const mostSent = 4 * 1024 ** 2;
/** Bytes of a body that was compressed. What JSON becomes in memory is many times its length. */
const mostInflated = { protobuf: 16 * 1024 ** 2, JSON: 4 * 1024 ** 2 };

/**
 * Reads a body as it was sent, while there is room for it, which the caller gives back. The connection of who has not
 * sent it within so many milliseconds ends: what is held for them is held from everybody.
 * @throws Problem 408, 413; BufferFull
 */
export async function receiveBody(
  { headers, raw }: FastifyRequest,
  { room, whose, patience }: { readonly room: SharedRoom; readonly whose: string; readonly patience: number },
): Promise<Buffer> {
  if (Number(headers["content-length"] ?? 0) > mostSent) throw tooLarge(mostSent);
  const chunks: Buffer[] = [];
  let [sent, held, isRefused] = [0, 0, false];
  const timer = setTimeout(() => raw.destroy(new Problem(408, "the body did not come in time")), patience);
  try {
    // Whoever is refused gets an answer: their connection is not to end before that.
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      sent += chunk.length;
      if (sent > mostSent) throw tooLarge(mostSent);
      if (!isRefused && room.take(whose, chunk.length)) {
        held += chunk.length;
        chunks.push(chunk);
        continue;
      }
      // The rest is read for nothing: many clients listen only when they have said all.
      isRefused = true;
      chunks.length = 0;
      room.giveBack(whose, held);
      held = 0;
    }
    if (isRefused) throw new BufferFull();
  } catch (error) {
    room.giveBack(whose, held);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

const inflate = promisify(gunzip);

/** What a body is without its compression. @throws Problem 400, 413, 415 */
export async function inflateBody(body: Buffer, compression: string | undefined, encoding: Encoding): Promise<Buffer> {
  if (compression === undefined || compression === "identity" || compression === "") return body;
  if (compression !== "gzip") throw new Problem(415, "the content encoding must be gzip or none");
  const most = mostInflated[encoding];
  return await inflate(body, { maxOutputLength: most }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(most);
    throw new Problem(400, "invalid gzip");
  });
}

function tooLarge(most: number): Problem {
  return new Problem(413, `the body is larger than ${most / 1024 ** 2} MiB: send less in one request`);
}
