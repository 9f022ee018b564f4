import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { errorCode } from "../db/embedded/files.ts";
import { layoutOf } from "../db/embedded/layout.ts";
import { claimOwnership } from "../db/embedded/ownership.ts";
import { stopAbandoned } from "../db/embedded/stop-abandoned.ts";
import { openDatabase } from "../db/open.ts";
import { repositoriesIn } from "../git/repositories.ts";
import { UserError } from "../user-error.ts";
import { type Archive, openArchive } from "./archive/open-archive.ts";
import { keptNames } from "./kept-files.ts";
import { loadDatabase, requireKnownSchema } from "./load-database.ts";
import { bundleFile, type Manifest, manifestName, parseManifest } from "./manifest.ts";
import { readBundle } from "./read-bundle.ts";
import { restoreFiles } from "./restore-files.ts";
import { syncPath, syncTree } from "./sync.ts";
import { exists, hasDatabase, type Place, stageOf } from "./unfinished-restore.ts";

/** What a restore puts into a data directory beside its database. */
const restoredNames = ["repositories", ...keptNames];

export interface RestoreOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/**
 * Puts a backup into an empty place: all of it, or nothing. Every checksum is compared before anything is touched.
 * @throws UserError for a damaged backup, one of a newer platform, and a place that is not empty
 */
export async function restoreBackup(file: string, place: Place, options: RestoreOptions): Promise<Manifest> {
  const compared = (part: number) => options.onProgress(`Comparing checksums: ${Math.floor(100 * part)}%`);
  const archive = await openArchive(file, compared);
  try {
    options.onProgress("Comparing checksums: done.");
    const manifest = parseManifest(await text(archive.read(manifestName)));
    requireKnownSchema(manifest);
    await inEmptyPlace(place, () => restoreInto(place, archive, manifest, options));
    return manifest;
  } finally {
    await archive.close();
  }
}

/** Owns the data directory while `work` fills it, and leaves nothing there when it fails. */
async function inEmptyPlace(place: Place, work: () => Promise<void>): Promise<void> {
  const { dataDirectory } = place;
  const owners = layoutOf(dataDirectory).owners;
  const wasThere = { directory: await exists(dataDirectory), owners: await exists(owners) };
  const claim = await claimOwnership(dataDirectory, "command").catch((error: unknown) => {
    throw new UserError(`${dataDirectory} cannot be used (${errorCode(error) ?? String(error)})`);
  });
  if (!claim.owned) {
    throw new UserError(
      `a platform (process ${claim.owner.pid}) runs on ${dataDirectory}: restore into an empty directory`,
    );
  }
  try {
    await requireEmpty(place);
    await clear(dataDirectory);
    await work();
    await claim.release();
  } catch (error) {
    await claim.release();
    // As it was before.
    if (!wasThere.owners) await rm(owners, { recursive: true, force: true });
    if (!wasThere.directory) await rmdir(dataDirectory).catch(() => {});
    throw error;
  }
}

async function requireEmpty(place: Place): Promise<void> {
  const { dataDirectory, databaseUrl } = place;
  const full = (what: string) => new UserError(`${what}: restore into an empty place`);
  const isFull = (path: string) =>
    readdir(path).then(
      (names) => names.length > 0,
      (error: unknown) => errorCode(error) === "ENOTDIR",
    );
  if (await isFull(layoutOf(dataDirectory).postgres)) throw full(`${dataDirectory} holds a database`);
  // What an interrupted restore has moved there is replaced.
  const interrupted = await exists(stageOf(dataDirectory));
  for (const name of interrupted ? [] : restoredNames) {
    if (await isFull(join(dataDirectory, name))) throw full(`${dataDirectory} holds ${name}`);
  }
  if (databaseUrl !== undefined && (await hasDatabase(place))) throw full("the database of DATABASE_URL holds tables");
}

/** Removes what an interrupted restore has left, and PostgreSQL if it still runs there. */
async function clear(dataDirectory: string): Promise<void> {
  const stage = stageOf(dataDirectory);
  if (!(await exists(stage))) return;
  await stopAbandoned(stage);
  for (const name of restoredNames) await rm(join(dataDirectory, name), { recursive: true, force: true });
  await rm(stage, { recursive: true, force: true });
}

async function restoreInto(place: Place, archive: Archive, manifest: Manifest, options: RestoreOptions): Promise<void> {
  const stage = stageOf(place.dataDirectory);
  try {
    await mkdir(stage, { mode: 0o700 });
    await syncPath(place.dataDirectory);
    await restoreRepositories(stage, archive, manifest, options);
    await restoreFiles(stage, archive, manifest, options);
    await syncTree(stage);
    await restoreDatabase(place, archive, manifest, options);
  } catch (error) {
    // Once the database has its place all is restored, and what failed was tidying up.
    if (!(await hasDatabase(place))) await clear(place.dataDirectory);
    throw error;
  }
  await rm(stage, { recursive: true, force: true });
}

/** Fills the database, and gives first the repositories and files and then it their places. */
async function restoreDatabase(
  { dataDirectory, databaseUrl }: Place,
  archive: Archive,
  manifest: Manifest,
  options: RestoreOptions,
): Promise<void> {
  const stage = stageOf(dataDirectory);
  const moveFiles = async () => {
    for (const name of restoredNames) {
      if (await exists(join(stage, name))) await move(join(stage, name), join(dataDirectory, name));
    }
  };
  const isEmbedded = databaseUrl === undefined;
  const beforeCommit = isEmbedded ? async () => {} : moveFiles;
  const { pool, close } = await openDatabase({ url: databaseUrl, dataDirectory: stage }, { mode: "guest" });
  try {
    await loadDatabase(pool, archive, manifest, { ...options, beforeCommit });
    // For the first queries' sake; the server does so by itself sooner or later.
    await pool.query("analyze").catch(() => {});
  } finally {
    await close();
  }
  if (isEmbedded) {
    await moveFiles();
    await move(layoutOf(stage).postgres, layoutOf(dataDirectory).postgres);
  }
}

async function restoreRepositories(
  stage: string,
  archive: Archive,
  { repositories }: Manifest,
  { signal, onProgress }: RestoreOptions,
): Promise<void> {
  await mkdir(repositoriesIn(stage).directory, { mode: 0o700 });
  for (const [index, entry] of repositories.entries()) {
    onProgress(`Restoring repositories: ${Math.floor((100 * index) / repositories.length)}% (${entry.address})`);
    const { path } = repositoriesIn(stage).of(entry.project_id);
    const repository = { path, defaultBranch: entry.head, shallow: entry.shallow };
    await readBundle(archive.read(bundleFile(entry.project_id)), repository, signal);
  }
  onProgress(`Restoring repositories: ${repositories.length}, done.`);
}

async function move(source: string, destination: string): Promise<void> {
  // An empty directory may be in the way, made by an earlier start that failed.
  await rmdir(destination).catch(() => {});
  await rename(source, destination);
  await syncPath(dirname(destination));
}
