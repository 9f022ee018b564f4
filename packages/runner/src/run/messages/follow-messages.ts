import { setTimeout as delay } from "node:timers/promises";
import { EventSourceParserStream } from "eventsource-parser/stream";
import * as z from "zod";

/** What a user said to the agent while it runs. */
export interface Message {
  /** The number of its event in the session. */
  readonly number: number;
  readonly text: string;
}

export interface FollowOptions {
  /** Where the session's events are to be had. */
  readonly url: string;
  /** Read for each connection: a token in a file may be replaced. */
  readonly token: () => Promise<string>;
  /** The number of the last event that is known already. */
  readonly after: number;
  readonly onMessage: (message: Message) => void;
  /** Takes a line when no more messages will come. */
  readonly warn: (line: string) => void;
}

/** The platform will not answer otherwise however often it is asked. */
class RefusedError extends Error {}

const event = z.object({ number: z.int(), kind: z.string(), message: z.string() });

/** Milliseconds before the platform is asked again, at first and at most. */
const [shortest, longest] = [500, 10_000];

/**
 * Hands on each message that users send to a session, once and in order, for as long as it takes: a platform that is
 * away is waited for. Never throws.
 */
export function followMessages(options: FollowOptions): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    let { after } = options;
    let wait = shortest;
    while (!signal.aborted) {
      try {
        for await (const { number, kind, message } of eventsAfter(after, options, signal)) {
          wait = shortest;
          if (number <= after) continue;
          after = number;
          if (kind === "message") options.onMessage({ number, text: message });
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RefusedError) return options.warn(`messages cannot be read: ${error.message}`);
      }
      await delay(wait, undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, longest);
    }
  };
  void run();
  return { stop: () => stopping.abort() };
}

/** The events of one connection. @throws when it cannot be made, breaks, or brings something else */
async function* eventsAfter(after: number, { url, token }: FollowOptions, signal: AbortSignal) {
  const headers = { accept: "text/event-stream", authorization: `Bearer ${await token()}` };
  const response = await fetch(`${url}?after=${after}&follow=true`, { headers, signal });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!response.ok || !isStream || response.body === null) {
    await response.body?.cancel();
    if ([400, 401, 403, 404].includes(response.status)) throw new RefusedError(`status ${response.status}`);
    throw new Error(`status ${response.status}`);
  }
  const parsed = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of parsed) yield event.parse(JSON.parse(data));
}
