import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
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
  /** Kills it. */
  readonly signal?: AbortSignal;
}

/** Hooks and file system monitors are programs of the work tree: saving it must not depend on them. */
const settings = [
  ...["-c", "core.hooksPath=/dev/null"],
  ...["-c", "core.fsmonitor=false"],
  ...["-c", "commit.gpgSign=false"],
  ...["-c", "gc.auto=0"],
  // A connection on which nothing comes for so many seconds is none.
  ...["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"],
];

export function gitIn(workspace: string, environment: Readonly<Record<string, string | undefined>>): Git {
  return async (args, { env, input, timeout = 60_000, cwd = workspace, signal } = {}) => {
    const child = spawn(toolPath(environment, "git"), [...settings, ...args], {
      cwd,
      env: { ...environment, ...env },
      // A Ctrl-C is for the runner, which then saves the work: with this.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It is gone.
      }
    };
    const timer = setTimeout(kill, timeout);
    if (signal?.aborted) kill();
    signal?.addEventListener("abort", kill);
    child.stdin.on("error", () => {}).end(input);
    try {
      const ended = once(child, "close");
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      if (code === 0) return stdout.replace(/\n$/, "");
      throw new GitFailure(args, code ?? undefined, stderr || (code === null ? "it was killed" : ""));
    } catch (error) {
      throw error instanceof GitFailure ? error : new GitFailure(args, undefined, String(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
    }
  };
}
