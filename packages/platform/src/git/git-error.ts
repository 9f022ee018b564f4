import { UserError } from "../user-error.ts";
/** There is no usable git: the message is one line that says what to install. */
export class GitMissingError extends UserError {
  override readonly name = "GitMissingError";
}

/** A git command ended with another exit code than 0. */
export class GitError extends Error {
  override readonly name = "GitError";
  /** The exit code; null when a signal that we did not send ended it. */
  readonly code: number | null;
  /** The last part of what git wrote to standard error. */
  readonly stderr: string;

  constructor(command: string, code: number | null, stderr: string) {
    super(`git ${command} ended with ${code ?? "a signal"}: ${stderr.trim()}`);
    this.code = code;
    this.stderr = stderr;
  }
}
