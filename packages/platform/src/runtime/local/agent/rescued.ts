import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

/** Where agents leave work that could not be pushed: beside their rooms, as it has to outlive them. */
export interface Rescued {
  /** Makes the directory of a session's agent, and gives its path; it stays until it is tidied. */
  make(sessionId: string): Promise<string>;
  /** Removes the directory of a session whose agent is gone, unless there is something in it. */
  tidy(sessionId: string): Promise<void>;
  /** The same for all sessions whose directory was not made here: what earlier platforms left. */
  tidyAll(): Promise<void>;
}

export function rescuedIn(dataDirectory: string): Rescued {
  const all = join(dataDirectory, "rescued");
  const inUse = new Set<string>();
  let tidying: Promise<unknown> = Promise.resolve();
  // Only an empty directory can be removed so.
  const remove = (sessionId: string) => rmdir(join(all, sessionId)).catch(() => {});
  const removeUnused = async () => {
    const names = await readdir(all).catch(() => []);
    await Promise.all(names.filter((name) => !inUse.has(name)).map(remove));
  };
  return {
    async tidy(sessionId) {
      await remove(sessionId);
      inUse.delete(sessionId);
    },
    async make(sessionId) {
      inUse.add(sessionId);
      // What was found unused before may still be on its way out.
      await tidying;
      const path = join(all, sessionId);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    async tidyAll() {
      tidying = Promise.all([tidying, removeUnused()]);
      await tidying;
    },
  };
}
