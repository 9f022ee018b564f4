import { execFile } from "node:child_process";
import { toolPath } from "./tools.ts";

/** Git failed; the message is what it said. */
export class GitFailure extends Error {
  readonly code: number | undefined;

  constructor(args: readonly string[], code: number | undefined, said: string) {
    super(`git ${args[0]}: ${said.trim() || `exit code ${code}`}`);
    this.code = code;
  }
}

/**
 * Git in the session's clone, with nothing that the repository or its user has configured to run: gives what it prints,
 * without the line break at the end. @throws GitFailure
 */
export type Git = (args: readonly string[], options?: GitRunOptions) => Promise<string>;

interface GitRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds after which it is killed; 60 s. */
  readonly timeout?: number;
  /** Another directory than the clone. */
  readonly cwd?: string;
}

/** Hooks and file system monitors are programs of the work tree: saving it must not depend on them. */
const settings = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "commit.gpgSign=false",
  "-c",
  "gc.auto=0",
];

export function gitIn(workspace: string, environment: Readonly<Record<string, string | undefined>>): Git {
  return (args, { env, input, timeout = 60_000, cwd = workspace } = {}) =>
    new Promise((resolve, reject) => {
      const options = {
        cwd,
        env: { ...environment, ...env },
        timeout,
        maxBuffer: 1 << 28,
        killSignal: "SIGKILL" as const,
      };
      const child = execFile(toolPath(environment, "git"), [...settings, ...args], options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout.replace(/\n$/, ""));
        else
          reject(
            new GitFailure(args, typeof error.code === "number" ? error.code : undefined, stderr || error.message),
          );
      });
      child.stdin?.on("error", () => {}).end(input);
    });
}
