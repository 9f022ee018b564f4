import { type buildConnector, Client, errors } from "undici";
import { RefusedAddressError } from "../../outbound/refused-address-error.ts";
import type { Attempt } from "./verdict.ts";

interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connect: buildConnector.connector;
  /** Milliseconds that all of it may take. */
  readonly limit: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Bytes of an answer that are waited for, so that receivers that are still writing it are not cut off. */
const mostRead = 16_384;

/**
 * Posts a delivery, by a connection of its own that nothing is left of. Redirects are not followed, and nothing of the
 * answer but its status is kept. Undefined when the signal ended it: nobody knows then whether it was received.
 */
export async function send({ url, headers, body, connect, limit, signal }: Sending): Promise<Attempt | undefined> {
  const { origin, pathname, search } = new URL(url);
  const timeout = AbortSignal.timeout(limit);
  const ending = AbortSignal.any([signal, timeout]);
  // The limits of the library are more than one, and none of all of it.
  const client = new Client(origin, { connect, headersTimeout: 0, bodyTimeout: 0 });
  try {
    const answer = await client.request({ method: "POST", path: pathname + search, headers, body, signal: ending });
    await answer.body.dump({ limit: mostRead, signal: ending }).catch(() => {});
    const retryAfter = answer.headers["retry-after"];
    return { kind: "answered", status: answer.statusCode, retryAfter: [retryAfter].flat()[0] };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (timeout.aborted) return failure(`no answer within ${limit / 1000} seconds`);
    if (error instanceof RefusedAddressError) return { kind: "failed", message: error.message, isFinal: true };
    return failure(explain(error));
  } finally {
    await client.destroy();
  }
}

function failure(message: string): Attempt {
  return { kind: "failed", message, isFinal: false };
}

/** In words that tell nothing of the network which the URL does not. */
function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (error instanceof errors.HTTPParserError || code === "UND_ERR_HEADERS_OVERFLOW") return "the answer is not HTTP";
  if (code === "ECONNREFUSED") return "the connection was refused";
  if (code === "ENOTFOUND" || code === "ENODATA") return "the name of the host is unknown";
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") return "no connection was made in time";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE") return "the connection was closed";
  return code === "" ? "it could not be sent" : `it could not be sent (${code})`;
}
