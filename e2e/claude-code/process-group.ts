import { spawn } from "node:child_process";
import { once } from "node:events";

export interface GroupOptions {
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** After so many milliseconds the group is killed and the run fails. */
  readonly deadlineMs: number;
}

export interface GroupResult {
  /** Null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program in a process group of its own, without input, until it ends; then kills what is left of the group.
 * Rejects when the program cannot be started, or is not done by the deadline.
 */
export async function runInGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions,
): Promise<GroupResult> {
  const { cwd, env, deadlineMs } = options;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output.stderr += chunk;
  });
  const killGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nobody is left in the group.
    }
  };
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    killGroup();
    // Whoever left the group may still hold the pipes; the run ends all the same.
    child.stdout.destroy();
    child.stderr.destroy();
  }, deadlineMs);
  child.once("exit", killGroup);
  // The group does not get the terminal's Ctrl-C.
  process.once("exit", killGroup);
  try {
    await once(child, "close");
  } finally {
    clearTimeout(deadline);
    process.off("exit", killGroup);
  }
  if (late) {
    throw new Error(`${command} was not done after ${deadlineMs} ms\n${tail(output.stdout)}\n${tail(output.stderr)}`);
  }
  return { exitCode: child.exitCode, ...output };
}

/** The last lines of a program's output, enough to see what went wrong. */
export function tail(output: string): string {
  return output.trimEnd().slice(-2000);
}
