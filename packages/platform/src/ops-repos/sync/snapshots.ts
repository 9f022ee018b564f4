import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../../git/repository.ts";

/** A copy stays for so long after a newer one is there, for whoever is reading it. */
const keptAfterMs = 60 * 60 * 1000;

/**
 * Where what was fetched is kept: a bare repository for each commit, made whole or not at all, and never changed. So it
 * needs no locks between platforms that share a directory, and it does not matter when one is killed. It is only a copy:
 * what is not there is fetched again.
 */
export class Snapshots {
  readonly #directory: string;

  constructor(dataDirectory: string) {
    this.#directory = join(dataDirectory, "ops-repos");
  }

  of(opsRepoId: string, sha: string): Repository {
    return { path: join(this.#directory, opsRepoId, `${sha}.git`) };
  }

  async has(opsRepoId: string, sha: string): Promise<boolean> {
    return (await stat(this.of(opsRepoId, sha).path).catch(() => undefined)) !== undefined;
  }

  /** Removes copies that nobody reads any more: all of repositories that are not `kept`, and old ones but the current. */
  async sweep(kept: ReadonlyMap<string, string | null>): Promise<void> {
    for (const id of await readdir(this.#directory).catch(() => [])) {
      const directory = join(this.#directory, id);
      if (!kept.has(id)) {
        await rm(directory, { recursive: true, force: true, maxRetries: 3 });
        continue;
      }
      for (const name of await readdir(directory).catch(() => [])) {
        const path = join(directory, name);
        const info = name === `${kept.get(id)}.git` ? undefined : await stat(path).catch(() => undefined);
        const isOld = info !== undefined && Date.now() - info.mtimeMs > keptAfterMs;
        if (isOld) await rm(path, { recursive: true, force: true, maxRetries: 3 });
      }
    }
  }
}
