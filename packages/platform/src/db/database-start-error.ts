import { UserError } from "../user-error.ts";
/**
 * The database could not be opened. The message is one line for the person who started the program: what failed, where,
 * and what to do. It never holds a password.
 */
export class DatabaseStartError extends UserError {
  override readonly name = "DatabaseStartError";
}
