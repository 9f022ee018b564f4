import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";

/** A text file of 20 KB in the repository. */
export const file = { path: "src/large.txt", bytes: 20_480 } as const;

/** Makes a git repository of one commit, which holds the file; gives its path. */
export async function makeRepository(path: string): Promise<string> {
  await mkdir(join(path, "src"), { recursive: true });
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index + 1} of a text that is not random`);
  await writeFile(join(path, file.path), `${lines.join("\n").slice(0, file.bytes - 1)}\n`);
  const within = ["-C", path, "-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  await git([...within, "init", "--quiet", "--initial-branch=main"]);
  await git([...within, "add", "."]);
  await git([...within, "commit", "--quiet", "--message=A file"]);
  return path;
}
