/** A repository cannot be imported: the message is one line for the user, without credentials. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}
