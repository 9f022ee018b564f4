/**
 * The database could not be opened. The message is one line for the person who started the program: what failed, where,
 * and what to do. It never holds a password.
 */
export class DatabaseStartError extends Error {
  override readonly name = "DatabaseStartError";
}
