import { execFileSync } from "node:child_process";

/** The environment of a git that nothing on this machine configures; who commits and when is fixed. */
export const plainEnvironment = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_AUTHOR_DATE: "1700000000 +0100",
  GIT_COMMITTER_NAME: "Carl",
  GIT_COMMITTER_EMAIL: "carl@example.com",
  GIT_COMMITTER_DATE: "1700000100 -0330",
};

/** Runs git as its user would, and gives what it prints. */
export function plainGitBytes(directory: string, args: readonly string[], input: string | Buffer = ""): Buffer {
  return execFileSync("git", args, {
    cwd: directory,
    env: plainEnvironment,
    input,
    maxBuffer: 1 << 30,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Like `plainGitBytes`, as text without the line break at its end. */
export function plainGit(directory: string, ...args: readonly string[]): string {
  return plainGitBytes(directory, args).toString("utf8").replace(/\n$/, "");
}
