/** Names and values in turn, as they came: `http` calls them raw headers. */
export type RawHeaders = readonly string[];

/** What is between two neighbours, and goes no further (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What `Connection` must not take away: without them the message would be another one. */
const essential = new Set(["content-length", "host"]);

/** What only this proxy says, and does itself. */
const own = /^(forwarded|x-forwarded-.*|x-real-ip|expect)$/;

export function* pairsOf(raw: RawHeaders): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? "", raw[index + 1] ?? ""];
}

/** All values of a header. */
export function valuesOf(raw: RawHeaders, name: string): readonly string[] {
  return [...pairsOf(raw)].flatMap(([one, value]) => (one.toLowerCase() === name ? [value] : []));
}

/** The headers that go further, of a request or an answer. */
export function endToEnd(raw: RawHeaders): string[] {
  const named = valuesOf(raw, "connection").flatMap((value) =>
    value.split(",").map((name) => name.trim().toLowerCase()),
  );
  const dropped = new Set([...hopByHop, ...named.filter((name) => !essential.has(name))]);
  return [...pairsOf(raw)].filter(([name]) => !dropped.has(name.toLowerCase())).flat();
}

export interface Client {
  /** Their address. */
  readonly address: string | undefined;
  /** The `Host` that they asked for. */
  readonly host: string;
}

/** The headers with which a request is handed on; what is said of the client is what was seen of them. */
export function requestHeaders(raw: RawHeaders, { address, host }: Client): string[] {
  const kept = [...pairsOf(endToEnd(raw))].filter(([name]) => !own.test(name.toLowerCase().replaceAll("_", "-")));
  const said = { "X-Forwarded-For": address ?? "unknown", "X-Forwarded-Host": host, "X-Forwarded-Proto": "http" };
  return [...kept, ...Object.entries(said)].flat();
}

/**
 * The headers of an answer. Its cookies are for the very host that set them: with a `Domain` they would reach other
 * previews, or lie in wait for what answers on the same machine.
 */
export function answerHeaders(raw: RawHeaders): string[] {
  return [...pairsOf(endToEnd(raw))].flatMap(([name, value]) => [
    name,
    name.toLowerCase() === "set-cookie" ? value.replace(/;\s*domain\s*(=[^;]*)?(?=;|$)/gi, "") : value,
  ]);
}
