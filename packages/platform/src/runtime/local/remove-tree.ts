import { execFile } from "node:child_process";
import { lstat } from "node:fs/promises";
import { promisify } from "node:util";
import { searchPath } from "./search-path.ts";

const run = promisify(execFile);
const environment = { PATH: searchPath, LC_ALL: "C" };
const options = { cwd: "/", env: environment, maxBuffer: 1 << 20 };

/**
 * Removes a directory that hostile programs wrote: of any depth, with directories that nobody may enter. The modes of
 * directories alone are changed: a file may have another name elsewhere.
 *
 * @throws an error that says what is left
 */
export async function removeTree(path: string): Promise<void> {
  if (await remove(path)) return;
  const unlock = ["-type", "d", "!", "-perm", "-700", "-exec", "chmod", "u+rwx", "{}", ";"];
  await run("find", [path, ...unlock], options).catch(() => {});
  if (!(await remove(path))) throw new Error(`${path} cannot be removed`);
}

/** By programs: they walk trees that are deeper than a path may be long. What they say can be longer than one can keep. */
async function remove(path: string): Promise<boolean> {
  await run("rm", ["-rf", "--", path], options).catch(() => {});
  return (await lstat(path).catch(() => undefined)) === undefined;
}
