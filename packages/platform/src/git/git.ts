import { spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { Problem } from "../problem.ts";
import { startSpan } from "../telemetry/span.ts";
import { gitEnvironment } from "./environment.ts";
import { GitError } from "./git-error.ts";
import { GitMissingError } from "./git-missing-error.ts";
import type { Repository } from "./repository.ts";

/** Standard error that is kept for messages, in characters. */
const stderrKept = 8192;

export interface GitOptions {
  /** The repository that the command works on, unless the command takes it as an argument. */
  readonly repository?: Repository;
  /** Aborting kills git and all that it started. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which git is killed and `Problem` 503 thrown; 30 s, `Infinity` for no limit. */
  readonly timeout?: number;
  /** What git reads on standard input; nothing by default. */
  readonly input?: string;
  /** Added to the clean environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Git's own settings, such as `core.hooksPath`, over the platform's usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** KiB of memory that git may allocate. */
  readonly memoryLimit?: number;
  /** KiB of the largest file that git may write; it is killed when it would write more. */
  readonly fileLimit?: number;
  /** What ends git before its time: SIGTERM for what writes, so that it removes its locks and half-written files. */
  readonly stopSignal?: "SIGTERM" | "SIGKILL";
  /** Given a socket whose other end git and all that it starts, above all hooks, hold as file descriptor 3. */
  readonly onHookSocket?: (socket: Socket) => void;
}

export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Settles when git has ended and its output is closed. Rejects with the reason of an abort, with `Problem` 503 after
   * the time limit, and with `GitMissingError`; an exit code other than 0 is no rejection.
   */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  /** Ends git and all that it started. */
  stop(): void;
}

const running = new Set<() => void>();
// Processes in groups of their own outlive us otherwise.
process.on("exit", () => {
  for (const stop of running) stop();
});

/** Spawns in a process group of its own: git starts helpers, and they must end with it. */
function spawnGit(program: string, args: readonly string[], options: GitOptions) {
  const { environment, settings, onHookSocket } = options;
  const stdio = Array.from({ length: onHookSocket ? 4 : 3 }, () => "pipe" as const);
  const child = spawn(program, args, { cwd: "/", env: gitEnvironment(environment, settings), detached: true, stdio });
  const { stdin, stdout, stderr: errors } = child;
  if (!stdin || !stdout || !errors) {
    // Too many open files, say: there is nothing to talk to, and the reason would come as an event.
    child.on("error", () => {});
    throw new Problem(503, "git cannot be started now");
  }
  const socket = child.stdio[3];
  if (socket instanceof Socket) onHookSocket?.(socket);
  return { child, stdin, stdout, errors };
}

/** A shell is the only portable way to lower a limit of a child. */
function withLimits(command: readonly string[], { memoryLimit, fileLimit }: GitOptions): readonly string[] {
  const limits = [
    ...(memoryLimit === undefined ? [] : [`ulimit -d ${memoryLimit} 2>/dev/null`]),
    // In blocks of 512 bytes.
    ...(fileLimit === undefined ? [] : [`ulimit -f ${fileLimit * 2}`]),
  ];
  return limits.length === 0 ? command : ["sh", "-c", `${limits.join("; ")}; exec "$@"`, "sh", ...command];
}

/** Starts git with a clean environment; standard input stays open for the caller. */
export function startGit(args: readonly string[], options: Omit<GitOptions, "input"> = {}): GitProcess {
  const { repository, signal, timeout = 30_000, stopSignal = "SIGKILL" } = options;
  signal?.throwIfAborted();
  const command = ["git", ...(repository ? ["--git-dir", repository.path] : []), ...args];
  const [program = "", ...rest] = withLimits(command, options);
  const span = startSpan(`git ${args.find((arg) => /^[a-z]/.test(arg)) ?? ""}`);
  const { child, stdin, stdout, errors } = spawnGit(program, rest, options);

  let stderr = "";
  let failure: unknown;
  let closed = false;
  const stop = () => {
    if (closed || child.pid === undefined) return;
    try {
      process.kill(-child.pid, stopSignal);
    } catch {
      // It has ended already.
    }
  };
  running.add(stop);
  const fail = (reason: unknown) => {
    failure ??= reason;
    stop();
  };
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = Number.isFinite(timeout)
    ? setTimeout(() => fail(new Problem(503, "git took too long")), timeout)
    : undefined;

  errors.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-stderrKept);
  });
  // Git may end without reading all that it was sent; its exit code tells whether that is an error.
  stdin.on("error", () => {});
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      failure ??= error.code === "ENOENT" ? new GitMissingError("git was not found on PATH: install git") : error;
      if (child.pid === undefined) reject(failure);
    });
    child.once("close", (code) => {
      closed = true;
      if (failure === undefined) resolve({ code, stderr });
      else reject(failure);
    });
  });
  // Whoever stops reading early does not wait for the end.
  ended
    .catch(() => {})
    .finally(() => {
      running.delete(stop);
      span?.end({ failed: failure !== undefined });
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  return { stdin, stdout, stderr: errors, ended, stop };
}

/**
 * Runs git and yields its standard output as it comes. Leaving the loop early kills git.
 * Throws `GitError` after the last chunk when the exit code is not 0.
 */
export async function* gitOutput(args: readonly string[], options: GitOptions = {}): AsyncGenerator<Buffer, void> {
  const git = startGit(args, options);
  try {
    git.stdin.end(options.input);
    const stdout: AsyncIterable<Buffer> = git.stdout;
    yield* stdout;
    const { code, stderr } = await git.ended;
    if (code !== 0) throw new GitError(args.join(" "), code, stderr);
  } finally {
    git.stop();
  }
}

/** Runs git and gives its whole standard output, for commands whose output is small. Throws like `gitOutput`. */
export async function readGit(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of gitOutput(args, options)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
