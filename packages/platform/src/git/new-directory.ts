import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const prefix = ".new-";
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** Removes what was being made here when a process was killed; nothing when the directory is not there. */
export async function removeAbandoned(parent: string): Promise<void> {
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const path of names.map((name) => join(parent, name))) {
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Makes a directory whole or not at all: `make` works in a private directory beside it, under which what it left at
 * `result` is moved to `path` when it is done. Throws an error with code `EEXIST` when there is something at `path`.
 */
export async function newDirectory<T>(
  path: string,
  make: (paths: { readonly result: string; readonly scratch: string }) => Promise<T>,
): Promise<T> {
  const parent = dirname(path);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeAbandoned(parent);
  if (await stat(path).catch(() => undefined)) {
    throw Object.assign(new Error(`${path} is there already`), { code: "EEXIST" });
  }
  const scratch = await mkdtemp(join(parent, prefix));
  try {
    const result = join(scratch, basename(path));
    const made = await make({ result, scratch });
    await rename(result, path);
    return made;
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}
