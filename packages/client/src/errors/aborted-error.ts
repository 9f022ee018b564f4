import { ClientError } from "./client-error.ts";

/** The caller gave the call up, or the client was closed. */
export class AbortedError extends ClientError {
  override readonly name = "AbortedError";
}
