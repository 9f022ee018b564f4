import { Readable } from "node:stream";
import type { Endpoint } from "@platform-mcp/client/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isByteSource, sendBytes, sendStream } from "./send-stream.ts";

interface Answering {
  readonly endpoint: Endpoint;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** What the handler has set. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends what the handler of a read has answered, as its endpoint says. @throws what can still become an error answer */
export async function sendAnswer(
  answer: unknown,
  { endpoint, request, reply, headers }: Answering,
): Promise<FastifyReply> {
  const { response } = endpoint;
  reply.code(endpoint.status);
  if (!("kind" in response)) return reply.headers(headers).send(answer);
  if (response.kind === "bytes") {
    if (!isByteSource(answer)) throw new Error(`${endpoint.path} answers with bytes`);
    return await sendBytes(answer, { request, reply, headers });
  }
  const typed = { "content-type": "text/plain; charset=utf-8", ...headers };
  if (answer instanceof Readable) return await sendStream(answer, { request, reply, headers: typed });
  return reply.headers(typed).send(answer);
}
