import { type ClientRequest, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { pipeline } from "node:stream";
import { answerHeaders, requestHeaders } from "./message-headers.ts";
import { framingOf } from "./request-body.ts";
import type { Address } from "./target.ts";

/** Sends headers at once, and as the bytes that they came as, unlike `flushHeaders`. */
const nothing = Buffer.alloc(0);

/** A request on its way to an address, without its body. */
export function openRequest(request: IncomingMessage, address: Address, extra: readonly string[]): ClientRequest {
  const { rawHeaders, method, url, socket, headers } = request;
  const client = { address: socket.remoteAddress, host: headers.host ?? "" };
  return send({
    ...address,
    method,
    path: url,
    headers: [...requestHeaders(rawHeaders, client), ...extra],
    setHost: false,
    // A connection of its own: one that is kept may be closed by the other side just as it is used again.
    agent: false,
  });
}

/**
 * Hands on a request and what is answered to it, both as they come. Resolves when that is over; `onFailure` is called
 * when there is no answer.
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  address: Address,
  onFailure: () => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const framing = framingOf(request);
  // A length goes on with the other headers.
  const sent = openRequest(request, address, [
    ...(framing === "chunked" ? ["Transfer-Encoding", "chunked"] : []),
    ...["Connection", "close"],
  ]);
  response.once("close", () => {
    sent.destroy();
    resolve();
  });
  sent.once("response", (answer) => {
    try {
      response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.rawHeaders));
    } catch {
      answer.destroy();
      return onFailure();
    }
    // A stream of events may say nothing for long.
    response.write(nothing);
    pipeline(answer, response, () => {});
  });
  sent.on("error", () => {
    // An answer that has begun ends in its own way; it may be whole, and only the rest of the body was not taken.
    if (!response.headersSent) onFailure();
  });
  // Without an error, too: it has gone over to another protocol, unasked.
  sent.once("close", () => {
    if (!response.headersSent && !response.destroyed) onFailure();
  });
  // Who sends a body may wait for the answer to begin.
  if (framing !== "none") sent.write(nothing);
  // No pipeline: that would end the client's connection, over which the answer is still to come.
  request.pipe(sent);
  await promise;
}
