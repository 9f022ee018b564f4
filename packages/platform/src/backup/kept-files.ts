import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../db/embedded/files.ts";
import type { ArchiveWriter } from "./archive/write-archive.ts";
import type { SnapshotOptions } from "./snapshot-database.ts";

/** What a data directory keeps in files beside its database and repositories, and a backup has under the same names. */
export const keptNames = ["master.key", "logs", "artifacts"] as const;

/** Names of kept files. No part of one begins with a dot, as those of files do that are still being written. */
export const keptFile = /^(master\.key|(logs|artifacts)(\/\w[\w.-]*)+)$/;

/** Adds the kept files that are there, each as long as it is when its turn comes, and gives their names. */
export async function addKeptFiles(
  archive: ArchiveWriter,
  dataDirectory: string,
  { signal, onProgress }: SnapshotOptions,
): Promise<string[]> {
  const added: string[] = [];
  for (const kept of keptNames) {
    for await (const name of filesAt(dataDirectory, kept)) {
      signal.throwIfAborted();
      if (!keptFile.test(name) || !(await addFile(archive, dataDirectory, name))) continue;
      added.push(name);
      onProgress(`Logs and artifacts: ${added.length}`);
    }
  }
  onProgress(`Logs and artifacts: ${added.length}, done.`);
  return added;
}

/** A file by its name, or every file below a directory; none where there is neither. */
async function* filesAt(dataDirectory: string, name: string): AsyncGenerator<string> {
  const entries = await readdir(join(dataDirectory, name), { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOTDIR") return undefined;
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  if (entries === undefined) yield name;
  // Backwards: the index of a log that grows, `….log.lines`, comes before it and thus says of it nothing that is not there.
  const backwards = entries?.sort((a, b) => (a.name < b.name ? 1 : -1)) ?? [];
  for (const entry of backwards) {
    if (entry.isDirectory()) yield* filesAt(dataDirectory, `${name}/${entry.name}`);
    else if (entry.isFile()) yield `${name}/${entry.name}`;
  }
}

/** False when it has gone since it was listed, as what expires does. */
async function addFile(archive: ArchiveWriter, dataDirectory: string, name: string): Promise<boolean> {
  const file = await open(join(dataDirectory, name)).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    // Not to the end, which the log of a step that prints all the time does not have.
    const content = size === 0 ? [] : file.createReadStream({ end: size - 1, autoClose: false });
    await archive.add(name, content);
  } finally {
    await file.close();
  }
  return true;
}
