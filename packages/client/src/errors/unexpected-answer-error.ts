import { ClientError, type FailedCall } from "./client-error.ts";

/** Something answered, but not as the platform's API does: a proxy, a login page, a redirect, a truncated body. */
export class UnexpectedAnswerError extends ClientError {
  override readonly name = "UnexpectedAnswerError";
  /** The HTTP status; undefined when the answer was not HTTP. */
  readonly status: number | undefined;
  /** True for a web page with a status of success: some platforms show it where they have no such endpoint. */
  readonly webPage: boolean;

  constructor(
    message: string,
    details: FailedCall & { readonly status: number | undefined; readonly webPage?: boolean },
  ) {
    super(message, details);
    this.status = details.status;
    this.webPage = details.webPage ?? false;
  }
}
