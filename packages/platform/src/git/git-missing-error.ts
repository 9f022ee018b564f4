import { UserError } from "../user-error.ts";

/** There is no usable git: the message is one line that says what to install. */
export class GitMissingError extends UserError {
  override readonly name = "GitMissingError";
}
