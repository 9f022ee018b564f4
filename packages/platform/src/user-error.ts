/** Something that whoever runs a command can mend: the message is one line that says what to do, and is all they see. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
