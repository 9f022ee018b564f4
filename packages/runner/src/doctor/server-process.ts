import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ServerEntry } from "../mcp-config.ts";
import { lastWords } from "./last-words.ts";
import { type Environment, serverEnvironment } from "./server-environment.ts";

/** Characters of error output that are kept. */
const keptStderr = 65_536;

/** A server that was started. */
export interface ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Fulfilled once it has ended and all of its output is here: why it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
}

/** Starts a server as a host would, with `args` besides its own; it is killed when it still runs after `timeMs`. */
export function startServer(
  entry: ServerEntry,
  args: readonly string[],
  host: Environment,
  timeMs: number,
): ServerProcess {
  const child = spawn(entry.command, [...entry.args, ...args], { env: serverEnvironment(entry, host), stdio: "pipe" });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = (stderr + chunk).slice(-keptStderr);
  });
  // A process that does not read any more has ended or will be killed; either is told below.
  child.stdin.on("error", () => {});
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeMs);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("close", (code, signal) => {
      const how = late ? `gave no answer within ${timeMs / 1000} s` : `ended with ${signal ?? `exit code ${code}`}`;
      const words = lastWords(stderr);
      resolve(words === undefined ? how : `${how}: ${words}`);
    });
  }).finally(() => clearTimeout(deadline));
  return { child, ended };
}

/** Ends a server as a host does, by closing its input; kills it when that does not help within a second. */
export async function stopServer({ child, ended }: ServerProcess): Promise<void> {
  child.stdin.end();
  const impatience = setTimeout(() => child.kill("SIGKILL"), 1000);
  await ended;
  clearTimeout(impatience);
}
