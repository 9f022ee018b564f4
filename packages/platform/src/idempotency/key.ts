import { createHash, createHmac } from "node:crypto";
import { Problem } from "../problem.ts";

/** The `Idempotency-Key` of a request; undefined without one. @throws Problem 400 when it is no key */
export function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const message = "must be 1 to 255 printable ASCII characters without spaces";
  throw new Problem(400, `idempotency-key: ${message}`, { fields: [{ path: "idempotency-key", message }] });
}

/** How a key is kept: its SHA-256 in lowercase hex. Without the key itself, nobody can try out what a fingerprint is of. */
export function keptKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/**
 * What a key stands for: HMAC-SHA256, under the key, of method, path and body, however its names are ordered, in lowercase
 * hex. A body may hold a password, which its plain hash would give away to whoever guesses.
 */
export function fingerprintOf(key: string, { method, url, body }: FingerprintedRequest): string {
  return createHmac("sha256", key)
    .update(JSON.stringify([method, url, canonical(body ?? null)]))
    .digest("hex");
}

interface FingerprintedRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Pairs and not an object: its own order of names, digits first, would not matter, but __proto__ would.
  return { object: entries.map(([name, part]) => [name, canonical(part)]) };
}
