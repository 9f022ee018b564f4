import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import { requestedRange } from "./byte-range.ts";
import type { ByteSource } from "./byte-source.ts";
import { streamBegun } from "./stream-begun.ts";

type Headers = Readonly<Record<string, string>>;

interface StreamAnswer {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Set when nothing has gone wrong until the first byte is there. */
  readonly headers: Headers;
}

/**
 * Sends a stream as it comes, as slowly as it is read. It is destroyed when the client goes away. When it fails after
 * its beginning, the connection is broken off, so that the client does not take a part for the whole.
 * @throws what it failed with before that
 */
export async function sendStream(stream: Readable, { request, reply, headers }: StreamAnswer): Promise<FastifyReply> {
  // It may end in any way while nobody looks, as between two steps below.
  stream.on("error", () => {});
  const leave = () => void stream.destroy();
  reply.raw.once("close", leave);
  const begun = await streamBegun(stream).finally(() => reply.raw.off("close", leave));
  if (reply.raw.destroyed) {
    stream.destroy();
    return reply.hijack();
  }
  reply.headers(headers);
  if (request.method === "HEAD") {
    stream.destroy();
    return reply.send(Readable.from([]));
  }
  reply.send(stream);
  if (!begun) reply.raw.flushHeaders();
  return reply;
}

/** Sends bytes: all of them, or the part that a `Range` header asks for. @throws Problem 416 */
export async function sendBytes(source: ByteSource, answer: StreamAnswer): Promise<FastifyReply> {
  const { size, version } = source;
  const { request, reply } = answer;
  const etag = `"${version}"`;
  const range = isRangeMeant(request, etag) ? requestedRange(request.headers.range, size) : undefined;
  if (range === "unsatisfiable") {
    throw new Problem(416, `there are ${size} bytes`, { headers: { "content-range": `bytes */${size}` } });
  }
  const { start, end } = range ?? { start: 0, end: size };
  const headers = {
    "content-type": "application/octet-stream",
    ...answer.headers,
    "accept-ranges": "bytes",
    "content-length": String(end - start),
    etag,
    ...(range && { "content-range": `bytes ${start}-${end - 1}/${size}` }),
  };
  if (range) reply.code(206);
  return await sendStream(await source.open({ start, end }), { ...answer, headers });
}

/** Whether `Range` counts: only for GET, and with `If-Range` only while these are still the same bytes. */
function isRangeMeant({ method, headers }: FastifyRequest, etag: string): boolean {
  return method === "GET" && (headers["if-range"] ?? etag) === etag;
}

/** Whether a handler's answer is what an endpoint that answers with bytes should give. */
export function isByteSource(value: unknown): value is ByteSource {
  return typeof value === "object" && value !== null && "open" in value && "size" in value && "version" in value;
}
