import { ClientError, type FailedCall } from "./client-error.ts";
import type { Phase } from "./phase.ts";

/** There was no connection, or it broke. */
export class NetworkError extends ClientError {
  override readonly name = "NetworkError";
  readonly phase: Phase;
  /** The system's or the HTTP library's code, such as `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(message: string, details: FailedCall & { readonly phase: Phase; readonly code: string | undefined }) {
    super(message, details);
    this.phase = details.phase;
    this.code = details.code;
  }
}
