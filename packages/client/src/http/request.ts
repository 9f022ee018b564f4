import type { ClientConfig } from "../config/read-config.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { expandPath } from "./expand-path.ts";

/** A request as it goes on the wire, but for the credential, which each attempt reads anew. */
export interface WireRequest {
  readonly method: Endpoint["method"];
  readonly origin: string;
  /** Path and query, with the base URL's prefix. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Names the call in the platform's logs; the same for all attempts. */
  readonly requestId: string;
  /** On POST: the same for all attempts, so that a platform that knows it carries the call out once. */
  readonly idempotencyKey: string | undefined;
}

function queryString(endpoint: Endpoint, values: ReadonlyMap<string, unknown>): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(endpoint.query?.shape ?? {})) {
    const value = values.get(name);
    if (value !== undefined) query.append(name, String(value));
  }
  return query.size === 0 ? "" : `?${query}`;
}

const traceparentFormat = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Makes the request of a call. Path parameters, query and `body` lie side by side in `args`, as in `CallArgs`. */
export function buildRequest(
  endpoint: Endpoint,
  args: object,
  context: { readonly config: ClientConfig; readonly product: string; readonly traceparent: string | undefined },
): WireRequest {
  const { config, product, traceparent } = context;
  const values = new Map<string, unknown>(Object.entries(args));
  const path = expandPath(endpoint.method, endpoint.path, values);
  const body = endpoint.body === undefined ? undefined : JSON.stringify(values.get("body"));
  const requestId = crypto.randomUUID();
  const idempotencyKey = endpoint.method === "POST" ? crypto.randomUUID() : undefined;
  return {
    method: endpoint.method,
    origin: config.apiUrl.origin,
    path: config.apiUrl.pathname.replace(/\/+$/, "") + path + queryString(endpoint, values),
    body,
    requestId,
    idempotencyKey,
    headers: {
      accept: "kind" in endpoint.response ? "*/*" : "application/json",
      "user-agent": product,
      "x-request-id": requestId,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      ...(config.sessionId !== undefined && { "x-agent-session-id": config.sessionId }),
      // It comes from outside, and a malformed header would fail the call for a mere trace.
      ...(traceparent !== undefined && traceparentFormat.test(traceparent) && { traceparent }),
    },
  };
}
