import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Nothing on this machine configures it. */
export const gitEnvironment = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
} as const;

/** Runs git, with `more` in its environment, and gives what it prints. @throws when it fails */
export async function git(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run("git", args, { env: { ...gitEnvironment, ...more } });
  return stdout.trim();
}
