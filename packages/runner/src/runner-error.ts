/** Exit codes of the runner, after sysexits.h. */
export const exitCode = {
  ok: 0,
  /** Something that was examined is not as it must be, or could not be done. */
  failed: 1,
  /** The command line is wrong. */
  usage: 64,
  /** The installation is wrong: a bundle is missing, a file that configures it cannot be used. */
  configuration: 78,
} as const;

/** What the caller must put right: one clear line, and the code to exit with. */
export class RunnerError extends Error {
  readonly exitCode: number;

  constructor(code: "failed" | "usage" | "configuration", message: string) {
    super(message);
    this.name = "RunnerError";
    this.exitCode = exitCode[code];
  }
}
