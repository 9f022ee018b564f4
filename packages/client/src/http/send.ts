import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { ClientError } from "../errors/client-error.ts";
import type { Phase } from "../errors/phase.ts";
import type { CallContext } from "./call-context.ts";
import { connectionFailure } from "./connection-failures.ts";
import type { Ending } from "./ending.ts";
import type { Timeouts } from "./options.ts";
import { aborted, type Progress, timedOut } from "./phase-failures.ts";
import type { WireRequest } from "./request.ts";
import type { Transport } from "./transport.ts";

/** The beginning of an answer; whoever gets it must either iterate `body` or call `discard`. */
export interface Answer {
  readonly status: number;
  /** A header's value by its lowercase name; repeated headers give the first. */
  header(name: string): string | undefined;
  /** The body as it comes. Leaving the loop early ends the request. @throws ClientError */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the request without reading the body. */
  discard(): void;
}

/**
 * Sends a request once, each phase within its time.
 * @throws ClientError: NetworkError, TimeoutError, AbortedError or UnexpectedAnswerError
 */
export async function send(
  transport: Transport,
  request: WireRequest,
  context: CallContext,
  timeouts: Timeouts,
  ending: Ending,
): Promise<Answer> {
  const stop = new AbortController();
  let progress: Progress = { phase: "connect", status: undefined };
  let connecting: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;

  function end(reason: ClientError): void {
    stop.abort(reason);
    // A request still without a connection is not ended by its signal.
    if (progress.phase === "connect") connecting?.destroy(reason);
  }
  function enter(phase: Phase): void {
    progress = { phase, status: undefined };
    wait();
  }
  function wait(): void {
    clearTimeout(timer);
    const limit = timeouts[progress.phase];
    // Which a timer would take for no time at all.
    if (limit === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(() => end(timedOut(context, progress, limit)), limit);
  }
  const stopListening = ending.listen((by) => end(aborted(context, progress, by)));
  function release(): void {
    clearTimeout(timer);
    stopListening();
  }
  const failure = (error: unknown) => connectionFailure(error, context, progress, timeouts.connect);

  enter("connect");
  try {
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
    });
    const answered = transport.request(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: { ...request.headers, authorization: `Bearer ${context.token}` },
        body: request.body ?? null,
        signal: stop.signal,
      },
      {
        connecting: (socket) => {
          connecting = socket;
        },
        sending: () => enter("headers"),
      },
    );
    // When the request is stopped while connecting, the library answers later, and nobody listens any more.
    answered.catch(() => {});
    const { statusCode, headers, body } = await Promise.race([answered, stopped]);
    clearTimeout(timer);
    progress = { phase: "body", status: statusCode };
    // Whoever reads the body hears of its errors; a body that nobody reads must not end the process.
    body.on("error", () => {});
    return {
      status: statusCode,
      header: (name) => [headers[name]].flat()[0],
      body: readBody(body, { waiting: wait, arrived: () => clearTimeout(timer), failure, release }),
      discard() {
        release();
        body.destroy();
      },
    };
  } catch (error) {
    release();
    throw failure(error);
  }
}

interface BodyHooks {
  readonly waiting: () => void;
  readonly arrived: () => void;
  readonly failure: (error: unknown) => ClientError;
  readonly release: () => void;
}

async function* readBody(body: Readable, hooks: BodyHooks): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only waiting for the server counts: a slow reader may take its time.
      hooks.waiting();
      const { done, value } = await chunks.next();
      hooks.arrived();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw hooks.failure(error);
  } finally {
    hooks.release();
    body.destroy();
  }
}
