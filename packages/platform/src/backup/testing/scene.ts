import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapAccess } from "../../access/bootstrap.ts";
import { migrate } from "../../db/migrate.ts";
import { type OpenDatabase, openDatabase } from "../../db/open.ts";
import { type Repositories, repositoriesIn } from "../../git/repositories.ts";
import { createBackup } from "../create-backup.ts";
import type { Manifest } from "../manifest.ts";
import { restoreBackup } from "../restore-backup.ts";

export const quiet = { onProgress: () => {}, signal: new AbortController().signal };

/** What a platform keeps, without the platform. */
export interface Kept extends OpenDatabase {
  readonly dataDirectory: string;
  readonly repositories: Repositories;
}

/** A directory for data directories and backups. */
export interface Scene extends AsyncDisposable {
  path(name: string): string;
  /** Opens a data directory's database, with a schema up to date. */
  open(name: string): Promise<Kept>;
  /** Opens a data directory's database as it is. */
  openAsIs(name: string): Promise<Kept>;
  backUp(kept: Kept, name: string): Promise<Manifest>;
  restore(backup: string, name: string): Promise<Manifest>;
}

export async function openScene(): Promise<Scene> {
  const root = await mkdtemp(join(tmpdir(), "backup-"));
  const opened: Kept[] = [];
  const path = (name: string) => join(root, name);
  const openAsIs = async (name: string) => {
    const dataDirectory = path(name);
    const database = await openDatabase({ url: undefined, dataDirectory });
    const kept = { ...database, dataDirectory, repositories: repositoriesIn(dataDirectory) };
    opened.push(kept);
    return kept;
  };
  return {
    path,
    openAsIs,
    open: async (name) => {
      const kept = await openAsIs(name);
      await migrate(kept.db);
      await bootstrapAccess(kept.db);
      return kept;
    },
    backUp: (kept, name) => createBackup(kept, path(name), quiet),
    restore: (backup, name) =>
      restoreBackup(path(backup), { dataDirectory: path(name), databaseUrl: undefined }, quiet),
    async [Symbol.asyncDispose]() {
      for (const { close } of opened) await close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
