/** This machine cannot do what was asked for, through no fault of the project's; the message says why. */
export class NotPossible extends Error {
  override readonly name = "NotPossible";
}
