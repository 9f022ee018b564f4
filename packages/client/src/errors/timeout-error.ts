import { ClientError, type FailedCall } from "./client-error.ts";
import type { Phase } from "./phase.ts";

/** A phase of a request took longer than it may. */
export class TimeoutError extends ClientError {
  override readonly name = "TimeoutError";
  readonly phase: Phase;

  constructor(message: string, details: FailedCall & { readonly phase: Phase }) {
    super(message, details);
    this.phase = details.phase;
  }
}
