import { createHmac } from "node:crypto";

interface Signed {
  /** Of the delivery, the same each time that it is sent. */
  readonly id: string;
  readonly event: string;
  readonly body: string;
  /** Undefined when nothing is signed. */
  readonly secret: string | undefined;
  /** Seconds since 1970, when it is sent. */
  readonly timestamp: number;
}

/**
 * The headers of a delivery: the platform's own, and for libraries those of Standard Webhooks (standardwebhooks.com),
 * whose signature is also of the moment, so that nobody can send again later what they have overheard.
 */
export function signedHeaders({ id, event, body, secret, timestamp }: Signed): Readonly<Record<string, string>> {
  const headers = {
    "content-type": "application/json",
    "user-agent": "Platform-Webhook/1.0",
    "x-platform-event": event,
    "x-platform-delivery": id,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
  };
  if (secret === undefined) return headers;
  return {
    ...headers,
    "x-platform-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    "webhook-signature": `v1,${createHmac("sha256", standardKey(secret)).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  };
}

/** Secrets in the form of Standard Webhooks say in base64 what the key is. */
function standardKey(secret: string): Buffer | string {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  return encoded === undefined ? secret : Buffer.from(encoded, "base64");
}
