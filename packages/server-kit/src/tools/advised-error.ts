import type { ClientError } from "@platform-mcp/client";

/** A failed call, with what to do next in the words of the tool that knows it better than the status tells. */
export class AdvisedError extends Error {
  override readonly name = "AdvisedError";
  override readonly cause: ClientError;
  /** The platform's own words; names in it are quoted by `quoteName` or `shellWord`. */
  readonly advice: string;

  constructor(cause: ClientError, advice: string) {
    super(cause.message);
    this.cause = cause;
    this.advice = advice;
  }
}
