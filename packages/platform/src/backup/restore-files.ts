import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Archive } from "./archive/open-archive.ts";
import type { Manifest } from "./manifest.ts";
import type { RestoreOptions } from "./restore-backup.ts";

/** Puts the files of a backup below a directory, readable by their owner alone. They may not be on the disk yet. */
export async function restoreFiles(
  directory: string,
  archive: Archive,
  { files }: Manifest,
  { signal, onProgress }: RestoreOptions,
): Promise<void> {
  for (const [index, name] of files.entries()) {
    onProgress(`Restoring logs and artifacts: ${Math.floor((100 * index) / files.length)}%`);
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(archive.read(name), createWriteStream(path, { flags: "wx", mode: 0o600 }), { signal });
  }
  onProgress(`Restoring logs and artifacts: ${files.length}, done.`);
}
