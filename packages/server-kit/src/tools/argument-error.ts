/** The arguments of a call are wrong; the message says how, and is meant for the model. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}
