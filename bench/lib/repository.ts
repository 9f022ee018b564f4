import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A text file of 20 KB in the repository. */
export const file = { path: "src/large.txt", bytes: 20_480 } as const;

/** Makes a git repository of one commit, which holds the file; gives its path. */
export async function makeRepository(path: string): Promise<string> {
  await mkdir(join(path, "src"), { recursive: true });
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index + 1} of a text that is not random`);
  await writeFile(join(path, file.path), `${lines.join("\n").slice(0, file.bytes - 1)}\n`);
  const env = { PATH: process.env.PATH ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  const git = (...args: string[]) => run("git", ["-C", path, ...identity, ...args], { env });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  await git("commit", "--quiet", "--message=A file");
  return path;
}
