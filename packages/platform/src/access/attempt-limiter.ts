/** Counts attempts at something that can be guessed. */
export interface AttemptLimiter {
  /** Counts one more attempt for this key; undefined when it may go on, or the seconds until it may. */
  take(key: string): number | undefined;
}

export interface AttemptLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** Keys that are remembered at once: beyond it the oldest window is forgotten. */
const maxKeys = 100_000;

/** Counts in windows that start at a key's first attempt, in the memory of this process. */
export function attemptLimiter({ attempts, windowSeconds }: AttemptLimit, now = Date.now): AttemptLimiter {
  const windows = new Map<string, { readonly endsAt: number; count: number }>();
  return {
    take(key) {
      const at = now();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= at) {
        windows.delete(key);
        window = { endsAt: at + windowSeconds * 1000, count: 0 };
        windows.set(key, window);
        forgetOldest(windows);
      }
      window.count += 1;
      return window.count > attempts ? Math.ceil((window.endsAt - at) / 1000) : undefined;
    },
  };
}

function forgetOldest(windows: Map<string, unknown>): void {
  if (windows.size <= maxKeys) return;
  for (const oldest of windows.keys()) {
    windows.delete(oldest);
    return;
  }
}
