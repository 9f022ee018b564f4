import { createReadStream } from "node:fs";
import { lstat, opendir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { StepOutput } from "../runtime.ts";
import { createTar } from "./tar.ts";
import { namesIn } from "./tree-path.ts";

/**
 * What a step that has ended left at a path of its work tree. Nothing where it has neither made nor changed anything,
 * which the file system knows: a change sets a time (`ctime`) that programs cannot set. Nothing either where a link
 * leads out of the work tree, and of what is neither a file nor a directory.
 *
 * @param begun that time when the step began, in nanoseconds
 */
export async function findOutput(tree: string, path: string, begun: bigint): Promise<StepOutput | undefined> {
  const names = namesIn(path);
  if (names === undefined || names.length === 0) return undefined;
  const found = await realpath(join(tree, ...names)).catch(() => undefined);
  if (found === undefined || !found.startsWith(`${await realpath(tree)}/`)) return undefined;
  const stats = await lstat(found);
  if (!(stats.isFile() || stats.isDirectory()) || !(await isTouched(found, begun))) return undefined;
  return stats.isFile()
    ? { path, kind: "file", open: () => createReadStream(found) }
    : { path, kind: "directory", open: () => createTar(found) };
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
