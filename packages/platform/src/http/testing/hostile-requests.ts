import { type Endpoint, endpoints, type PathParameterName } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { fromSchema } from "./from-schema.ts";
import { hostileText } from "./hostile-values.ts";

/** A request as its bytes will be, but for the framing. */
export interface HostileRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What requests may name that is there. */
export interface Known {
  /** Bearer tokens, good and bad. */
  readonly tokens: readonly string[];
  /** Ids of things that may be changed and removed. */
  readonly ids: readonly string[];
  /** What stands for a parameter in a path where ids would hardly ever fit together. */
  readonly params: Readonly<Partial<Record<PathParameterName, readonly string[]>>>;
}

/** Requests to every endpoint, of its schemas' making: some right, most wrong in one way or several. */
export function hostileRequests(known: Known): fc.Arbitrary<HostileRequest> {
  const ids = fc.oneof(fc.constantFrom(...known.ids), fc.uuid());
  // All of them once: making one out of its schemas takes far longer than a request.
  const each = endpoints.map((endpoint) =>
    fc.record({
      method: mostly(endpoint.method, "HEAD", "OPTIONS", "PUT", "POST", "DELETE", "PROPFIND", "TRACE"),
      url: fc.tuple(pathOf(endpoint, ids, known.params), queryOf(endpoint, ids)).map(([path, query]) => path + query),
      headers: headersOf(known.tokens),
      body: bodyOf(endpoint, ids),
    }),
  );
  return fc.oneof(...each);
}

function mostly<T>(value: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(value), weight: 20 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
}

/** Encoded as it should be, twice, or in ways that cannot be decoded. */
const hostileSegment = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    "%00",
    "%2f",
    "%2F..%2F",
    "%",
    "%zz",
    "%c3%28",
    "%ed%a0%80",
    "..",
    ".",
    "%2e%2e",
    "a%20b",
    "*",
    ";x=1",
  ),
);

function pathOf({ path }: Endpoint, ids: fc.Arbitrary<string>, params: Known["params"]): fc.Arbitrary<string> {
  const fitting = new Map(Object.entries(params));
  const segments = path.split("/").map((segment) => {
    if (!segment.startsWith("{")) {
      return fc.oneof({ arbitrary: fc.constant(segment), weight: 60 }, { arbitrary: hostileSegment, weight: 1 });
    }
    const values = fitting.get(segment.slice(1, -1));
    const right = values === undefined ? [] : [{ arbitrary: fc.constantFrom(...values), weight: 20 }];
    return fc.oneof(...right, { arbitrary: ids, weight: 5 }, { arbitrary: hostileSegment, weight: 1 });
  });
  return fc.tuple(...segments.slice(1)).map((parts) => `/${parts.join("/")}`);
}

function queryOf({ query }: Endpoint, ids: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const junk = fc.oneof(
    fc.constantFrom("", "?", "?&&==", "?__proto__=1", "?a[b]=1&a=2", "?limit=1&limit=2", "?%00=%00", "?q=%zz"),
    hostileText.map((text) => `?limit=${encodeURIComponent(text.toWellFormed())}`),
  );
  if (query === undefined) return junk;
  const right = fromSchema(query, ids).map((value) => {
    const pairs = Object.entries(Object(value)).map(([name, part]) => [name, textOf(part)].map(encode).join("="));
    return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  });
  return fc.oneof({ arbitrary: right, weight: 4 }, { arbitrary: junk, weight: 1 });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Text that a header can carry at all. */
const headerText = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcXYZ019 !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\u00e9\u00ff"), maxLength: 40 }),
  fc.constantFrom("", "x".repeat(2000), "application/json", "*/*", "bytes=0-1", "gzip", "null"),
);

function headersOf(tokens: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const authorization = fc.oneof(
    { arbitrary: fc.constantFrom(...tokens).map((token) => `Bearer ${token}`), weight: 30 },
    { arbitrary: headerText, weight: 1 },
    { arbitrary: headerText.map((text) => `Basic ${Buffer.from(text).toString("base64")}`), weight: 1 },
  );
  const others = ["idempotency-key", "x-request-id", "traceparent", "accept", "cookie", "x-forwarded-for", "range"];
  const junk = fc.dictionary(fc.constantFrom(...others, "content-encoding", "if-match"), headerText, { maxKeys: 2 });
  const contentType = mostly(
    "application/json",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "x",
  );
  return fc.tuple(authorization, contentType, junk).map(([credential, type, rest]) => ({
    ...rest,
    authorization: credential,
    "content-type": type,
  }));
}

function bodyOf({ body }: Endpoint, ids: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> {
  if (body === undefined) return mostly<string | undefined>(undefined, "", "{}", "x", "[".repeat(5000));
  const json = fromSchema(body, ids).map((value) => JSON.stringify(value));
  const malformed = fc.tuple(json, fc.nat(), fc.string({ maxLength: 3 })).map(([text = "", at, junk]) => {
    const cut = at % (text.length + 1);
    return text.slice(0, cut) + junk;
  });
  const constant = fc.constantFrom(
    "",
    "null",
    '{"__proto__":{"admin":true}}',
    "[".repeat(50_000),
    '"\\ud800"',
    "\ufeff{}",
  );
  return fc.oneof(
    { arbitrary: json, weight: 6 },
    { arbitrary: malformed, weight: 1 },
    { arbitrary: constant, weight: 1 },
  );
}
