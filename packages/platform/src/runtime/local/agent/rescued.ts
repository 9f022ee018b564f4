import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

/** Where agents leave work that could not be pushed: beside their rooms, as it has to outlive them. */
export interface Rescued {
  /** Makes the directory of a session's agent, and gives its path. */
  make(sessionId: string): Promise<string>;
  /** Removes the directory of a session whose agent is gone, unless there is something in it. */
  tidy(sessionId: string): Promise<void>;
  /** The same for all sessions; no agent may run. */
  tidyAll(): Promise<void>;
}

export function rescuedIn(dataDirectory: string): Rescued {
  const all = join(dataDirectory, "rescued");
  // Only an empty directory can be removed so.
  const tidy = (sessionId: string) => rmdir(join(all, sessionId)).catch(() => {});
  return {
    tidy,
    async make(sessionId) {
      const path = join(all, sessionId);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    async tidyAll() {
      await Promise.all((await readdir(all).catch(() => [])).map(tidy));
    },
  };
}
