import { lstat, opendir, realpath } from "node:fs/promises";
import { join } from "node:path";

// This file is also run on its own, by Node.js in the pods of steps: it imports nothing but what Node.js brings.

/** What is to be kept of a step: a file or a directory, and its real path. */
export interface OutputAt {
  readonly kind: "file" | "directory";
  readonly path: string;
}

/**
 * What a step that has ended left at a path of its work tree. Nothing where it has neither made nor changed anything,
 * which the file system knows: a change sets a time (`ctime`) that programs cannot set. Nothing either where a link
 * leads out of the work tree, and of what is neither a file nor a directory.
 *
 * @param names those on the way from the work tree to the path
 * @param begun that time when the step began, in nanoseconds
 */
export async function outputAt(tree: string, names: readonly string[], begun: bigint): Promise<OutputAt | undefined> {
  const path = await realpath(join(tree, ...names)).catch(() => undefined);
  if (path === undefined || !path.startsWith(`${await realpath(tree)}/`)) return undefined;
  const stats = await lstat(path);
  if (!(stats.isFile() || stats.isDirectory()) || !(await isTouched(path, begun))) return undefined;
  return { kind: stats.isFile() ? "file" : "directory", path };
}

/** Whether anything at or below a path has changed since; what cannot be read, the step has made so. */
async function isTouched(path: string, begun: bigint): Promise<boolean> {
  try {
    const stats = await lstat(path, { bigint: true });
    if (stats.ctimeNs > begun) return true;
    if (!stats.isDirectory()) return false;
    for await (const { name } of await opendir(path)) {
      if (await isTouched(join(path, name), begun)) return true;
    }
    return false;
  } catch {
    return true;
  }
}
