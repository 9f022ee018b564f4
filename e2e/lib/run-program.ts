import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

interface ProgramOptions {
  /** The whole environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads on stdin, which then ends; by default stdin is /dev/null. */
  readonly input?: string | Buffer;
}

export interface ProgramResult {
  /** Null when a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a Node program with the Node of the tests until it ends. */
export async function runProgram(
  file: string,
  args: readonly string[] = [],
  { env = {}, cwd, input }: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(process.execPath, [file, ...args], {
    env,
    cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  // A program that does not read its input to the end is no failure of the test.
  child.stdin?.on("error", () => {}).end(input);
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : "")),
  );
  await closed;
  return { code: child.exitCode, stdout: stdout ?? "", stderr: stderr ?? "" };
}
