/**
 * What is known about a request that failed.
 * - `not_sent`: the platform cannot have received it.
 * - `answered`: the platform's own answer says how it ended.
 * - `unknown`: it may or may not have been carried out.
 */
export type Outcome = "not_sent" | "answered" | "unknown";

/** What every failure of a call has in common. */
export interface FailedCall {
  readonly method: string;
  /** The endpoint's path template, without the values. */
  readonly path: string;
  readonly outcome: Outcome;
  /** True when the same call may succeed later and repeating it can do no harm. */
  readonly retryable: boolean;
}

/** A call to the platform that failed. Messages are for an agent to read, and never hold the token. */
export abstract class ClientError extends Error implements FailedCall {
  readonly method: string;
  readonly path: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;

  constructor(message: string, call: FailedCall) {
    super(message);
    this.method = call.method;
    this.path = call.path;
    this.outcome = call.outcome;
    this.retryable = call.retryable;
  }
}
