import { spawn } from "node:child_process";
import { constants } from "node:os";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { RunnerError } from "../runner-error.ts";
import type { ClaudeInput } from "./claude-input.ts";
import { watchLines } from "./watch-lines.ts";

interface StartOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly input: ClaudeInput;
}

/** How Claude Code ended, as a shell would say it: 128 and the signal's number when one ended it. */
export interface ClaudeEnd {
  readonly exitCode: number;
  /** Whether it was asked to end. */
  readonly wasAsked: boolean;
}

const forwarded = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
const endings: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** Milliseconds in which Claude Code is to end once it is asked to: whoever asks waits for its work, too. */
const endsWithin = 15_000;

/** Milliseconds that output may still take to arrive when Claude Code and all in its group have ended. */
const lastOutput = 2_000;

/**
 * Runs Claude Code to its end. Its output is the runner's own, byte for byte; signals are passed on to it, and what it
 * has started ends with it. @throws RunnerError when it cannot be started
 */
export async function runClaude({ program, args, env, cwd, input }: StartOptions): Promise<ClaudeEnd> {
  let ending: NodeJS.Timeout | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<ClaudeEnd>();
  const toGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left.
    }
  };
  const forward = (signal: NodeJS.Signals) => {
    toGroup(signal);
    if (endings.includes(signal)) ending ??= setTimeout(() => toGroup("SIGKILL"), endsWithin);
  };
  const listeners = forwarded.map((signal) => [signal, () => forward(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  const stdout = input.watches === undefined ? "inherit" : "pipe";
  // Signals are listened to by now: one that ended the runner here would leave Claude Code with nobody to save its work.
  const child = spawn(program, args, { cwd, env: { ...env }, detached: true, stdio: ["pipe", stdout, "inherit"] });
  child.once("error", (error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "was not found on PATH" : error.message;
    reject(new RunnerError("configuration", `${program} ${why}`));
  });
  child.once("exit", (code, signal) => {
    resolve({
      wasAsked: ending !== undefined,
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
    });
  });
  // It may end without reading all of it.
  child.stdin?.on("error", () => {});
  if (child.stdout !== null) {
    const output = child.stdout.pipe(process.stdout, { end: false });
    // The work goes on, and is saved, also when nobody reads any more.
    output.on("error", () => child.stdout?.resume());
    if (input.watches !== undefined) watchLines(child.stdout, input.watches);
  }
  if (child.stdin !== null) input.begin(child.stdin);
  try {
    return await promise;
  } finally {
    clearTimeout(ending);
    toGroup("SIGKILL");
    // From here on the work is saved, and whoever asks it to stop asks for that.
    for (const [signal, listener] of listeners) {
      process.off(signal, listener);
      process.on(signal, () => {});
    }
    if (child.stdout !== null) {
      const isRead = finished(child.stdout, { cleanup: true }).catch(() => {});
      await Promise.race([isRead, delay(lastOutput, undefined, { ref: false })]);
    }
  }
}
