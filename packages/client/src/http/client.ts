import type { CallArgs, Endpoint, ResponseOf } from "../contract/endpoint.ts";
import { ClientError } from "../errors/client-error.ts";
import { PlatformError } from "../errors/platform-error.ts";
import type { CallContext } from "./call-context.ts";
import { type Ending, endingOf } from "./ending.ts";
import { misfitReporter } from "./misfits.ts";
import {
  type CallOptions,
  type ClientOptions,
  type NormalizedOptions,
  normalizeOptions,
  type Timeouts,
} from "./options.ts";
import { pause } from "./pause.ts";
import { abortedBetween } from "./phase-failures.ts";
import { type ReadingOptions, readAnswer } from "./read-answer.ts";
import { buildRequest, type WireRequest } from "./request.ts";
import { retryDelay } from "./retry.ts";
import { send } from "./send.ts";
import { openTransport, type Transport } from "./transport.ts";

/** The platform's HTTP API, one generic call for all of its endpoints. */
export interface PlatformClient {
  /**
   * Calls an endpoint. Reads are repeated while that may help; a write only when it cannot happen twice by that.
   * A JSON answer is given as it came, also when it does not fit the contract, and is null when it has no body;
   * text and bytes are given as a stream, which must be read to its end or left (`break`, `return()`).
   * @throws ClientError, and ConfigError
   */
  call<E extends Endpoint>(endpoint: E, args: CallArgs<E>, options?: CallOptions): Promise<ResponseOf<E>>;
  /** Ends every call and connection; the client cannot be used afterwards. */
  close(): Promise<void>;
}

export function createClient(options: ClientOptions): PlatformClient {
  const client = new Client(normalizeOptions(options));
  return {
    async call<E extends Endpoint>(endpoint: E, args: CallArgs<E>, callOptions?: CallOptions): Promise<ResponseOf<E>> {
      // The platform is trusted to keep to its contract; a warning is all there is when it does not.
      return (await client.call(endpoint, args, callOptions ?? {})) as ResponseOf<E>;
    },
    close: () => client.close(),
  };
}

class Client {
  readonly #options: NormalizedOptions;
  readonly #reading: ReadingOptions;
  readonly #closing = new AbortController();
  #transport: Promise<Transport> | undefined;
  /** Set once this platform has shown that it carries out a repeated POST once only. */
  #honoursIdempotencyKeys = false;

  constructor(options: NormalizedOptions) {
    this.#options = options;
    this.#reading = { maxJsonBytes: options.maxJsonBytes, misfit: misfitReporter(options.warn) };
  }

  async call(endpoint: Endpoint, args: object, { signal, traceparent, timeouts: own }: CallOptions): Promise<unknown> {
    const { config, product } = this.#options;
    const timeouts = { ...this.#options.timeouts, ...own };
    const request = buildRequest(endpoint, args, { config, product, traceparent });
    const ending = endingOf(signal, this.#closing.signal);
    const deadline = performance.now() + timeouts.deadline;
    let tokenRefreshed = false;
    let mayHaveArrived = false;
    for (let attempt = 1; ; attempt++) {
      const token = await config.token.get();
      const { origin, requestId } = request;
      const { method, path } = endpoint;
      const context = { method, path, origin, requestId, attempt, mayHaveArrived, token };
      try {
        return await this.#attempt(endpoint, request, { context, timeouts, ending });
      } catch (error) {
        if (!tokenRefreshed && error instanceof PlatformError && error.status === 401) {
          tokenRefreshed = true;
          if (await this.#tokenChanged(token)) continue;
        }
        const delay = retryDelay(error, {
          attempt,
          repeatable: this.#isRepeatable(endpoint),
          remaining: deadline - performance.now(),
          backoff: timeouts.backoff,
        });
        if (delay === undefined) throw error;
        const endedBy = await pause(delay, ending);
        const outcome = error instanceof ClientError ? error.outcome : "unknown";
        if (endedBy !== undefined) throw abortedBetween(context, outcome, endedBy);
        mayHaveArrived ||= outcome === "unknown" && method !== "GET";
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const transport = await this.#transport?.catch(() => undefined);
    await transport?.close();
  }

  async #attempt(
    endpoint: Endpoint,
    request: WireRequest,
    { context, timeouts, ending }: { context: CallContext; timeouts: Timeouts; ending: Ending },
  ): Promise<unknown> {
    this.#transport ??= openTransport(this.#options.timeouts.connect, this.#options.env);
    const transport = await this.#transport;
    const endedBy = ending.by();
    if (endedBy !== undefined) throw abortedBetween(context, "not_sent", endedBy);
    const answer = await send(transport, request, context, timeouts, ending);
    const { idempotencyKey } = request;
    if (idempotencyKey !== undefined && answer.header("idempotency-key") === idempotencyKey) {
      this.#honoursIdempotencyKeys = true;
    }
    return await readAnswer(answer, endpoint, context, this.#reading);
  }

  /** Whether another token than the one refused is to be had: it may have been rotated since it was read. */
  async #tokenChanged(refused: string): Promise<boolean> {
    const { token } = this.#options.config;
    return (await token.refresh()) || (await token.get()) !== refused;
  }

  #isRepeatable({ method }: Endpoint): boolean {
    return method === "GET" || (method === "POST" && this.#honoursIdempotencyKeys);
  }
}
