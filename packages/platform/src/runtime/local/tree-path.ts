import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join, normalize } from "node:path";

/** The names on the way from a work tree to a path in it, or undefined when it leads elsewhere or into its `.git`. */
export function namesIn(path: string): readonly string[] | undefined {
  if (path.includes("\0") || path.startsWith("/")) return undefined;
  const names = normalize(path)
    .split("/")
    .filter((name) => name !== "" && name !== ".");
  return names[0] === ".." || names[0]?.toLowerCase() === ".git" ? undefined : names;
}

/** What is there, links not followed; undefined when nothing is. */
export async function look(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** The first of the directories on the way that is a link or no directory, as a path; undefined when all are as they should be. */
export async function obstacleOn(tree: string, names: readonly string[]): Promise<string | undefined> {
  let path = tree;
  for (const name of names) {
    path = join(path, name);
    const found = await look(path);
    if (found === undefined) return undefined;
    if (!found.isDirectory()) return path;
  }
  return undefined;
}
