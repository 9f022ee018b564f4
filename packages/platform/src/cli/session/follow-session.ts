import { setTimeout as delay } from "node:timers/promises";
import type { ClientError, PlatformClient } from "@platform-mcp/client";
import { sessions } from "@platform-mcp/client/contract";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Address, getSession, hasEnded } from "./get-session.ts";

/** The platform sends something at least every 15 seconds: what is silent for longer is dead. Milliseconds. */
const longestSilence = 45_000;
/** How long a platform that does not answer is waited for, as while it starts anew. Milliseconds. */
const patience = 120_000;

interface FollowOptions {
  /** Only what came after the event with this number. */
  readonly after?: number;
  readonly signal: AbortSignal;
  /** Told once when the connection is lost, before it is made again. */
  readonly onLost: () => void;
}

/**
 * The events of a session as they come, each once, across lost connections, until it has ended.
 * @throws ClientError when the platform is gone for good, or refuses
 */
export async function* followSession(
  client: PlatformClient,
  address: Address,
  { after = 0, signal, onLost }: FollowOptions,
): AsyncGenerator<sessions.SessionEvent, void> {
  let position = after;
  let lostAt: number | undefined;
  while (!signal.aborted) {
    try {
      for await (const event of connection(client, address, position, signal)) {
        position = event.number;
        lostAt = undefined;
        yield event;
      }
      if (hasEnded(await getSession(client, address))) return;
      // Somebody between has ended it.
      await delay(1000, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      lostAt ??= performance.now();
      if (performance.now() - lostAt > patience) throw error;
      onLost();
      await delay(1000, undefined, { signal }).catch(() => {});
    }
  }
}

async function* connection(client: PlatformClient, address: Address, after: number, signal: AbortSignal) {
  const timeouts = { body: longestSilence };
  const text = await client.call(sessions.sessionEvents, { ...address, after }, { signal, timeouts });
  const events = ReadableStream.from<string>(text).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    const { data: event } = sessions.sessionEvent.safeParse(parse(data));
    if (event !== undefined) yield event;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a failure of a read is one of the connection, or of a platform that is about to come back. */
function isPassing(error: unknown): boolean {
  return isClientError(error) && (error.retryable || error.name === "TimeoutError" || error.name === "NetworkError");
}

function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && "retryable" in error;
}
