import type { ClientConfig } from "../config/read-config.ts";

/** How long things may take, in milliseconds. */
export interface Timeouts {
  /** Until a request is on its way: name resolution, TCP, TLS, and the proxy's tunnel. */
  readonly connect: number;
  /** Until the answer's headers are there. */
  readonly headers: number;
  /** Between two pieces of the answer's body. */
  readonly body: number;
  /** From a call's beginning to the start of its last attempt. */
  readonly deadline: number;
  /** The longest wait before the first retry; it doubles with each. */
  readonly backoff: number;
}

const defaultTimeouts: Timeouts = { connect: 5_000, headers: 30_000, body: 30_000, deadline: 30_000, backoff: 500 };

export interface ClientOptions {
  readonly config: ClientConfig;
  /** Name and version for `User-Agent`, such as `platform-core/0.1.0+abc123`. */
  readonly product: string;
  /** Takes a line about something odd that did not stop the call. */
  readonly warn?: (line: string) => void;
  readonly timeouts?: Partial<Timeouts>;
  /** The largest JSON answer, in bytes; default 32 MiB. */
  readonly maxJsonBytes?: number;
  /** Where proxy settings are read from; default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface CallOptions {
  /** Ends the call in whatever phase it is. */
  readonly signal?: AbortSignal;
  /** W3C trace context of the caller, passed on. */
  readonly traceparent?: string;
  /** In place of the client's: for what comes as slowly as it happens, `body: Infinity` waits without limit. */
  readonly timeouts?: Partial<Timeouts>;
}

export type NormalizedOptions = Required<Omit<ClientOptions, "timeouts">> & { readonly timeouts: Timeouts };

/** Fills in what the caller left out; everything behind the client's edge works on the result. */
export function normalizeOptions(options: ClientOptions): NormalizedOptions {
  return {
    warn: () => {},
    maxJsonBytes: 32 * 1024 * 1024,
    env: process.env,
    ...options,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
  };
}
