import { UserError } from "../user-error.ts";

/** A repository cannot be imported: the message is one line for the user, without credentials. */
export class ImportError extends UserError {
  override readonly name = "ImportError";
}
