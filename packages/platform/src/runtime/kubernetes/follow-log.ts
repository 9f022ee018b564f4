import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeClient } from "./client.ts";
import { isNotFound } from "./kube-error.ts";
import { LogParser } from "./log-parser.ts";
import { LogPosition } from "./log-position.ts";
import { backOff } from "./retry.ts";

/** Milliseconds of silence after which a log is asked for anew: its connection may have died unnoticed. */
const longSilence = 60_000;
/** The same once the container has ended, when the log's end is all that is waited for. */
const lastSilence = 5_000;
/** Milliseconds after the container's end in which the log must be read to its end. */
const lastPatience = 120_000;

export interface FollowedLog {
  readonly pod: string;
  readonly container: string;
  /** Where an earlier reader has come to; null for the beginning. */
  readonly cursor: string | null;
  /** Takes what was printed, and where to go on after it. The log is read no faster. */
  readonly output: (chunk: Uint8Array, cursor: string | null) => Promise<void>;
  /** Resolves when the container has ended: nothing more is printed from then on. */
  readonly ended: Promise<unknown>;
  readonly signal: AbortSignal;
  /** Told of each interruption; the log is gone on with afterwards. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Hands on all that a container prints, each byte once and in order, whatever connections break meanwhile; resolves when
 * the container has ended and its log was read to the end once more. False when that was not possible: the pod is gone, or
 * the log cannot be read.
 *
 * @throws the signal's reason
 */
export async function followLog(client: KubeClient, log: FollowedLog): Promise<boolean> {
  const { signal } = log;
  const position = new LogPosition(log.cursor);
  let endedAt: number | undefined;
  const noteEnd = () => {
    endedAt = performance.now();
  };
  const ended = log.ended.then(noteEnd, noteEnd);
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    const isLast = endedAt !== undefined;
    try {
      const size = await readOnce(client, log, position, { isLast, ended });
      failures = 0;
      if (isLast && size === 0) return true;
    } catch (error) {
      signal.throwIfAborted();
      if (isNotFound(error)) return false;
      if (endedAt !== undefined && performance.now() - endedAt > lastPatience) return false;
      failures++;
      log.onError?.(error);
    }
    // When it simply ended, the container probably has, too.
    const pause = delay(backOff(failures + 1), undefined, { signal }).catch(() => {});
    await (endedAt === undefined ? Promise.race([pause, ended]) : failures > 0 ? pause : undefined);
  }
}

interface ReadOptions {
  /** Whether to read what there is, and not to wait for more. */
  readonly isLast: boolean;
  readonly ended: Promise<void>;
}

/** Reads on from the position until the connection ends; gives the number of bytes that were new. */
async function readOnce(
  client: KubeClient,
  { pod, container, output, signal }: FollowedLog,
  position: LogPosition,
  { isLast, ended }: ReadOptions,
): Promise<number> {
  const since = position.restart();
  const query = { container, follow: String(!isLast), timestamps: "true", ...(since && { sinceTime: since }) };
  const path = `/api/v1/namespaces/${client.namespace}/pods/${pod}/log`;
  const stream = await client.open(path, query, signal);
  const parser = new LogParser(position);
  let size = 0;
  const handOn = async () => {
    const chunk = position.take();
    size += chunk.length;
    if (chunk.length > 0) await output(chunk, position.cursor);
  };
  for await (const chunk of whileTalking(stream, ended)) {
    parser.push(chunk);
    await handOn();
  }
  parser.flush();
  await handOn();
  return size;
}

/** What a stream brings, until it has been silent for too long. */
async function* whileTalking(stream: IncomingMessage, ended: Promise<void>): AsyncGenerator<Buffer> {
  let silence = longSilence;
  let timer: NodeJS.Timeout | undefined;
  let isWaiting = true;
  let isCut = false;
  const wait = () => {
    clearTimeout(timer);
    if (!isWaiting) return;
    timer = setTimeout(() => {
      isCut = true;
      stream.destroy();
    }, silence);
  };
  ended.then(() => {
    silence = lastSilence;
    wait();
  });
  wait();
  try {
    const chunks: AsyncIterable<Buffer> = stream;
    for await (const chunk of chunks) {
      isWaiting = false;
      wait();
      yield chunk;
      isWaiting = true;
      wait();
    }
  } catch (error) {
    if (!isCut) throw error;
  } finally {
    isWaiting = false;
    clearTimeout(timer);
  }
}
