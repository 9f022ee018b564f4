import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type EndedCall, otlpSpans, type SpanSource } from "./otlp-spans.ts";
import { recordedPlace, sessionTrace } from "./session-trace.ts";

/** A call of a tool, as a span that is under way. */
export interface ToolSpan {
  /** For the requests that the call makes. */
  readonly traceparent: string;
  end(failed: boolean): void;
}

export interface ToolSpansOptions extends SpanSource {
  /** The agent session on the platform that the server works in; undefined outside of one. */
  readonly sessionId: string | undefined;
  /** Sends spans in OTLP's JSON. What it rejects with decides nothing but what `isRefusal` says of it. */
  readonly send: (spans: object) => Promise<unknown>;
  /** Whether it is of no use to send any more: nobody takes spans there, or not from here. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** How long spans wait for others to be sent with them, in milliseconds. */
const WAIT = 1_000;
/** Spans that wait; of more, the latest are lost. */
const MOST_WAITING = 500;
/** How long the end of the process may wait for the last of them, in milliseconds; the process ends after 300 anyway. */
const LAST_WAIT = 250;

/**
 * Makes a span of every tool call in an agent session, or in a trace that the host records. They are sent in batches
 * when there is time, and lost where that fails: no call waits for them, and nobody is told.
 */
export class ToolSpans {
  readonly #options: ToolSpansOptions;
  #ended: EndedCall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isOff = false;

  constructor(options: ToolSpansOptions) {
    this.#options = options;
  }

  /** Undefined where the call is in no trace. @param traceparent the host's, as it came with the call */
  begin(tool: string, traceparent: string | undefined): ToolSpan | undefined {
    const parent = this.#parentOf(traceparent);
    if (parent === undefined || this.#isOff) return undefined;
    const { traceId } = parent;
    const spanId = randomBytes(8).toString("hex");
    const start = Date.now();
    const began = performance.now();
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end: (failed) => {
        const end = start + performance.now() - began;
        this.#add({ traceId, spanId, parentSpanId: parent.spanId, tool, start, end, failed });
      },
    };
  }

  /** Sends what is left, for at most a quarter of a second. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const last = (async () => {
      await this.#sending;
      await this.#flush();
    })();
    await Promise.race([last, delay(LAST_WAIT, undefined, { ref: false })]);
    this.#isOff = true;
  }

  /** In a session it is the session's trace, in which a host's own span may be the nearer parent. */
  #parentOf(traceparent: string | undefined) {
    const { sessionId } = this.#options;
    const given = recordedPlace(traceparent);
    if (sessionId === undefined) return given;
    const session = sessionTrace(sessionId);
    return given?.traceId === session.traceId ? given : session;
  }

  #add(call: EndedCall): void {
    if (this.#isOff || this.#ended.length >= MOST_WAITING) return;
    this.#ended.push(call);
    this.#sendLater();
  }

  #sendLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#sending = this.#flush();
    }, WAIT).unref();
  }

  async #flush(): Promise<void> {
    const ended = this.#ended.splice(0);
    if (ended.length > 0) {
      await this.#options.send(otlpSpans(this.#options, ended)).catch((error: unknown) => {
        if (this.#options.isRefusal(error)) this.#isOff = true;
      });
    }
    this.#timer = undefined;
    // What has ended meanwhile found that something was being sent.
    if (this.#ended.length > 0) this.#sendLater();
  }
}
