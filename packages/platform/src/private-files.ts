import { chmod, lstat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./db/embedded/files.ts";
import { layoutOf } from "./db/embedded/layout.ts";
import { repositoriesIn } from "./git/repositories.ts";

/** What in a data directory is for its owner's eyes only, whatever the directory's own mode. */
function privatePaths(dataDirectory: string): readonly string[] {
  const inside = ["admin.env", "agent.env", "master.key", "logs", "artifacts"].map((name) => join(dataDirectory, name));
  return [...inside, layoutOf(dataDirectory).password, repositoriesIn(dataDirectory).directory];
}

export interface LoosePath {
  readonly path: string;
  /** Why it could not be made private, such as `EPERM`; undefined when it was. */
  readonly failure: string | undefined;
}

/**
 * Takes from group and others what a copy, a restored archive or a careless `chmod` has given them, and tells of what:
 * it may have been read.
 */
export async function makePrivate(dataDirectory: string): Promise<readonly LoosePath[]> {
  const loose: LoosePath[] = [];
  for (const path of privatePaths(dataDirectory)) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || found.isSymbolicLink() || (found.mode & 0o077) === 0) continue;
    const failure = await chmod(path, found.mode & 0o700).then(() => undefined, errorCode);
    loose.push({ path, failure });
  }
  return loose;
}
