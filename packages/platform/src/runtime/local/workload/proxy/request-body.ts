import type { IncomingMessage } from "node:http";
import { valuesOf } from "./message-headers.ts";

/** How the length of a request's body is told. */
export type Framing = "none" | "chunked" | { readonly length: number };

/**
 * How the body of a request is to be read; undefined when two programs could read it in two ways. What Node's parser
 * refuses does not come here; it takes some codings of a body that nobody should hand on.
 */
export function framingOf({ rawHeaders }: IncomingMessage): Framing | undefined {
  const codings = valuesOf(rawHeaders, "transfer-encoding");
  const lengths = valuesOf(rawHeaders, "content-length");
  if (codings.length > 0) {
    return codings.length === 1 && codings[0]?.toLowerCase() === "chunked" && lengths.length === 0
      ? "chunked"
      : undefined;
  }
  if (lengths.length === 0) return "none";
  const [length = ""] = lengths;
  return lengths.length === 1 && /^\d{1,15}$/.test(length) ? { length: Number(length) } : undefined;
}

/** Whether there is one clear way to hand a request on. */
export function isClear(request: IncomingMessage): boolean {
  // A whole URL would say once more, and perhaps otherwise, which host is meant.
  const isPath = request.url?.startsWith("/") === true || (request.url === "*" && request.method === "OPTIONS");
  return isPath && valuesOf(request.rawHeaders, "host").length === 1 && framingOf(request) !== undefined;
}

export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}
