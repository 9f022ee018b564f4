import { NetworkError } from "../errors/network-error.ts";
import { PlatformError } from "../errors/platform-error.ts";
import { temporaryStatuses } from "./platform-failure.ts";

/** Attempts at one call, unless the server itself says when to come back. */
const maxAttempts = 6;
/** Milliseconds; the longest wait between two attempts, unless the server asks for more. */
const longestBackoff = 5_000;

export interface Retrying {
  /** The attempt that failed, counted from 1. */
  readonly attempt: number;
  /** True when repeating a request that was received does no harm. */
  readonly repeatable: boolean;
  /** Milliseconds left until no more attempt may start. */
  readonly remaining: number;
  /** Milliseconds; the longest wait before the second attempt. */
  readonly backoff: number;
}

function mayPass(error: unknown, { attempt, repeatable }: Retrying): boolean {
  if (error instanceof NetworkError) return error.outcome === "not_sent" ? error.retryable : repeatable;
  if (!(error instanceof PlatformError) || !repeatable) return false;
  // An earlier attempt at this call is still being carried out (Idempotency-Key).
  if (error.status === 409) return attempt > 1 && error.retryAfter !== undefined;
  return temporaryStatuses.has(error.status);
}

/**
 * Milliseconds to wait before the next attempt; undefined when there should be none. Waits are random between nothing
 * and a limit that doubles ("full jitter": AWS Architecture Blog, "Exponential Backoff And Jitter"), on top of what the
 * server's `Retry-After` asks for.
 */
export function retryDelay(error: unknown, retrying: Retrying): number | undefined {
  if (!mayPass(error, retrying)) return undefined;
  const { attempt, backoff, remaining } = retrying;
  // "At once" sets no pace, so that ours holds.
  const asked = (error instanceof PlatformError && error.retryAfter) || 0;
  if (asked === 0 && attempt >= maxAttempts) return undefined;
  const jitter = Math.random() * Math.min(longestBackoff, backoff * 2 ** (attempt - 1));
  const delay = asked === 0 ? jitter : asked * 1000 + Math.min(jitter, backoff);
  return delay < remaining ? delay : undefined;
}
