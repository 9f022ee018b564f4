import { ClientError } from "./client-error.ts";

/** A value that may not stand in a URL's path. Nothing was sent. */
export class InvalidPathValueError extends ClientError {
  override readonly name = "InvalidPathValueError";
  /** The path parameter. */
  readonly parameter: string;

  constructor(method: string, path: string, parameter: string, reason: string) {
    super(`${method} ${path}: ${parameter} ${reason}. Nothing was sent.`, {
      method,
      path,
      outcome: "not_sent",
      retryable: false,
    });
    this.parameter = parameter;
  }
}
