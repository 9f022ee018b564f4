/** Nobody agreed to a call that a person has to agree to: nothing was done. The message says why, and is meant for the model. */
export class NotConfirmedError extends Error {
  override readonly name = "NotConfirmedError";
}
