import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "@platform-mcp/client";
import type { ApiOptions } from "./tool.ts";

/** Milliseconds between two looks: short at first and after each change, then longer and longer. */
const shortest = 500;
const longest = 5_000;
/** Milliseconds without a word after which some hosts give a call up. */
const silence = 15_000;
/** Milliseconds that the last look may take. */
const grace = 1_000;

export interface WatchOptions<Seen> {
  /** Looks once; the options are for its calls. */
  readonly look: (options: ApiOptions) => Promise<Seen>;
  /** What of it counts as a change. */
  readonly stateOf: (seen: Seen) => string;
  /** Whether waiting for more is pointless. */
  readonly isDecided: (seen: Seen) => boolean;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Ends the watch at once. */
  readonly signal: AbortSignal;
  /** Told of the first state, of each change, and of how it stands when nothing has changed for a while. */
  readonly tell: (seen: Seen) => void;
}

/** Looks at something until it is decided or the time is over; gives what was seen last. */
export async function watch<Seen>(options: WatchOptions<Seen>): Promise<Seen> {
  const { stateOf, isDecided, deadline, signal, tell } = options;
  let shown: string | undefined;
  let toldAt = 0;
  let latest: { readonly seen: Seen } | undefined;
  for (let pause = shortest; ; pause = Math.min(pause * 1.5, longest)) {
    const seen: Seen = await look(options, latest);
    latest = { seen };
    const state = stateOf(seen);
    if (state !== shown) pause = shortest;
    if (state !== shown || performance.now() - toldAt >= silence) {
      shown = state;
      toldAt = performance.now();
      tell(seen);
    }
    const left = deadline - performance.now();
    if (isDecided(seen) || left <= 0) return seen;
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}

/** A look that fails for a moment is as good as one that shows no change, as long as there was one before. */
async function look<Seen>(
  { look, deadline }: WatchOptions<Seen>,
  before: { readonly seen: Seen } | undefined,
): Promise<Seen> {
  // The first look may take as long as any call: without it there is nothing to show.
  if (before === undefined) return await look({});
  try {
    const left = Math.ceil(Math.max(deadline - performance.now(), 0)) + grace;
    return await look({ signal: AbortSignal.timeout(left) });
  } catch (error) {
    if (error instanceof ClientError && (error.retryable || performance.now() >= deadline)) return before.seen;
    throw error;
  }
}
