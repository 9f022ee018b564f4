import type { EventFeed } from "./event-feed.ts";

/** The longest silence, in milliseconds: whoever stands between two connections may cut one that seems dead. */
const longestSilence = 15_000;
/** How soon a browser is to come back whose connection was lost, in milliseconds. */
const reconnect = 1000;

interface FollowOptions {
  readonly feed: EventFeed;
  readonly sessionId: string;
  /** Only what came after the event with this number. */
  readonly after: number;
  /** Whether to wait for what comes, until the session has ended. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** The longest silence, in milliseconds. */
  readonly heartbeat?: number;
}

/** The events of a session as server-sent events: each once, in order. */
export async function* followEvents(options: FollowOptions): AsyncGenerator<Buffer, void> {
  const { feed, sessionId, follow, signal, heartbeat = longestSilence } = options;
  const { bell, stop } = feed.watch(sessionId);
  try {
    yield Buffer.from(`retry: ${reconnect}\n\n`);
    let position = options.after;
    let givenAt = performance.now();
    for (;;) {
      const page = await feed.page(sessionId, position);
      if (page === undefined || signal.aborted) return;
      const { bytes, last, hasEnded } = page;
      if (bytes.length > 0) {
        position = page.position;
        yield bytes;
        givenAt = performance.now();
        if (position < last) continue;
      }
      if (hasEnded || !follow) return;
      await bell.wait(Math.max(0, givenAt + heartbeat - performance.now()), signal);
      if (performance.now() < givenAt + heartbeat) continue;
      yield Buffer.from(": still there\n\n");
      givenAt = performance.now();
    }
  } finally {
    stop();
  }
}
