import type { Rate } from "@platform-mcp/client/contract";

/** What is counted together: the API's classes, git, telemetry that is sent, and requests without a good credential. */
export type RateClass = Rate | "git" | "ingest" | "anonymous";

/** Requests a minute for each class; 0 means without limit. */
export type RateLimits = Readonly<Record<RateClass, number>>;

export const defaultRateLimits: RateLimits = {
  ...{ read: 3000, write: 600, expensive: 600 },
  ...{ git: 1200, ingest: 1000, anonymous: 300 },
};

/** Seconds. Windows start with a key's first request. */
const windowSeconds = 60;
/** Keys that are remembered at once; beyond it the oldest window is forgotten. */
const maxKeys = 100_000;

/** Where somebody stands after one more request. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the count starts anew. */
  readonly reset: number;
  readonly exceeded: boolean;
}

interface RateLimiterOptions {
  /** Told of every request that was one too many. */
  readonly onExceeded?: (rateClass: RateClass) => void;
  /** Milliseconds since any moment. */
  readonly now?: () => number;
}

/** Counts requests in the memory of this process: two processes allow twice as many. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #onExceeded: (rateClass: RateClass) => void;
  readonly #now: () => number;
  readonly #windows = new Map<string, { readonly endsAt: number; count: number }>();

  constructor(limits: RateLimits, { onExceeded = () => {}, now = () => performance.now() }: RateLimiterOptions = {}) {
    this.#limits = limits;
    this.#onExceeded = onExceeded;
    this.#now = now;
  }

  /** Counts one request of a class by somebody: a token's id, or an address. Undefined where there is no limit. */
  take(rateClass: RateClass, who: string): Allowance | undefined {
    const limit = this.#limits[rateClass];
    if (limit === 0) return undefined;
    const window = this.#windowOf(`${rateClass} ${who}`);
    window.count += 1;
    const exceeded = window.count > limit;
    if (exceeded) this.#onExceeded(rateClass);
    return {
      limit,
      remaining: Math.max(0, limit - window.count),
      reset: Math.max(1, Math.ceil((window.endsAt - this.#now()) / 1000)),
      exceeded,
    };
  }

  #windowOf(key: string) {
    const known = this.#windows.get(key);
    if (known !== undefined && known.endsAt > this.#now()) return known;
    // Deleted first, so that the map stays in order of time and its first entry is the oldest.
    this.#windows.delete(key);
    const window = { endsAt: this.#now() + windowSeconds * 1000, count: 0 };
    this.#windows.set(key, window);
    if (this.#windows.size > maxKeys) this.#forgetOldest();
    return window;
  }

  #forgetOldest(): void {
    for (const oldest of this.#windows.keys()) {
      this.#windows.delete(oldest);
      return;
    }
  }
}

/** The headers of `draft-ietf-httpapi-ratelimit-headers`, as of its revision 10. */
export function rateHeaders(rateClass: RateClass, { limit, remaining, reset }: Allowance): Record<string, string> {
  return {
    "ratelimit-policy": `"${rateClass}";q=${limit};w=${windowSeconds}`,
    ratelimit: `"${rateClass}";r=${remaining};t=${reset}`,
  };
}
