import type pg from "pg";
import { GitError } from "../git/git-error.ts";
import type { Repositories } from "../git/repositories.ts";
import type { Repository } from "../git/repository.ts";
import { UserError } from "../user-error.ts";
import { version } from "../version.ts";
import { type ArchiveWriter, writeArchive } from "./archive/write-archive.ts";
import { addKeptFiles } from "./kept-files.ts";
import { backupFormat, bundleFile, type Manifest, manifestName, type RepositoryEntry } from "./manifest.ts";
import { type SnapshotOptions, type SnapshotProject, snapshotDatabase } from "./snapshot-database.ts";
import { repositoryState, writeBundle } from "./write-bundle.ts";

/** What a backup is made of. */
export interface BackupSource {
  readonly pool: pg.Pool;
  readonly repositories: Repositories;
  readonly dataDirectory: string;
}

/**
 * Writes a backup while the platform serves: the database as of one instant, then each repository of that instant's
 * projects, then the master key, logs and artifacts. The order matters: what the database refers to has reached its
 * repository or file before, while what comes in between is only there, which is what the platform finds after a crash,
 * too.
 *
 * @param path the file to make; it has this name only when it is whole
 */
export async function createBackup(
  { pool, repositories, dataDirectory }: BackupSource,
  path: string,
  options: SnapshotOptions,
): Promise<Manifest> {
  let manifest: Manifest | undefined;
  await writeArchive(path, async (archive) => {
    const { projects, ...snapshot } = await snapshotDatabase(pool, archive, options);
    manifest = {
      format: backupFormat,
      platform_version: version,
      ...snapshot,
      repositories: await addRepositories(archive, projects, repositories, options),
      files: await addKeptFiles(archive, dataDirectory, options),
    };
    await archive.add(manifestName, [Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)]);
    options.signal.throwIfAborted();
  });
  if (manifest === undefined) throw new Error("an archive was written without its content");
  return manifest;
}

async function addRepositories(
  archive: ArchiveWriter,
  projects: readonly SnapshotProject[],
  repositories: Repositories,
  { signal, onProgress }: SnapshotOptions,
): Promise<RepositoryEntry[]> {
  const entries: RepositoryEntry[] = [];
  for (const [index, { id, address, default_branch }] of projects.entries()) {
    onProgress(`Repositories: ${Math.floor((100 * index) / projects.length)}% (${address})`);
    const repository = repositories.of(id);
    const state = await copyRepository(archive, id, repository, signal).catch((error: unknown) => {
      if (!(error instanceof GitError)) throw error;
      throw new UserError(`${address}, the repository in ${repository.path}, cannot be copied: ${error.stderr.trim()}`);
    });
    // Deleted with its project, before or since the snapshot.
    if (state === undefined) continue;
    entries.push({
      project_id: id,
      address,
      head: state.head?.slice("refs/heads/".length) ?? default_branch,
      refs: state.refs.length,
      shallow: [...state.shallow],
    });
  }
  onProgress(`Repositories: ${entries.length}, done.`);
  return entries;
}

async function copyRepository(archive: ArchiveWriter, id: string, repository: Repository, signal: AbortSignal) {
  const state = await repositoryState(repository, signal);
  if (state !== undefined) await archive.add(bundleFile(id), writeBundle(repository, state, signal));
  return state;
}
