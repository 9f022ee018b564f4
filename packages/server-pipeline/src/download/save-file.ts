import { constants, copyFile, link, lstat, mkdir, open, realpath, rm } from "node:fs/promises";
import { join } from "node:path";

/** A file could not be saved; the message says why, for the model. */
export class SaveError extends Error {
  override readonly name = "SaveError";
}

export interface SavedFile {
  readonly path: string;
  readonly size: number;
}

/**
 * Saves bytes as a new file in a directory of their own below one that the operator allows, and nowhere else: nothing is
 * overwritten, no link is followed, and a file is there whole or not at all.
 * @param directory what the operator allows; it must exist
 * @param folder a plain name, made if it does not exist
 * @param name a plain name
 * @throws SaveError, and what reading the bytes throws
 */
export async function saveFile(
  directory: string,
  { folder, name }: { readonly folder: string; readonly name: string },
  bytes: AsyncIterable<Uint8Array>,
): Promise<SavedFile> {
  const parent = await folderIn(directory, folder);
  const path = join(parent, name);
  if (await exists(path)) throw alreadyThere(path);
  const partial = join(parent, `.${crypto.randomUUID()}.partial`);
  try {
    const size = await write(partial, bytes);
    await moveTo(path, partial);
    return { path, size };
  } finally {
    await rm(partial, { force: true });
  }
}

async function folderIn(directory: string, folder: string): Promise<string> {
  const root = await realpath(directory).catch(() => {
    throw new SaveError("the directory that PLATFORM_DOWNLOAD_DIR names does not exist");
  });
  const path = join(root, folder);
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new SaveError(`cannot make a directory in PLATFORM_DOWNLOAD_DIR: ${codeOf(error)}`);
  });
  // Whoever can write there may have put a link in its place.
  if ((await realpath(path)) !== path) throw new SaveError("what is in PLATFORM_DOWNLOAD_DIR leads out of it");
  return path;
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  const file = await open(path, "wx", 0o600).catch((error: unknown) => {
    throw new SaveError(`cannot write in PLATFORM_DOWNLOAD_DIR: ${codeOf(error)}`);
  });
  try {
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      await file.writeFile(chunk).catch((error: unknown) => {
        throw new SaveError(`cannot write in PLATFORM_DOWNLOAD_DIR: ${codeOf(error)}`);
      });
    }
  } finally {
    await file.close();
  }
  return size;
}

/** Unlike renaming, this fails when there is a file of that name by now. */
async function moveTo(path: string, partial: string): Promise<void> {
  try {
    await link(partial, path).catch(async (error: unknown) => {
      // Some file systems have no second names for a file.
      if (codeOf(error) === "EEXIST") throw error;
      await copyFile(partial, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw alreadyThere(path);
    throw new SaveError(`cannot write in PLATFORM_DOWNLOAD_DIR: ${codeOf(error)}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    },
  );
}

function alreadyThere(path: string): SaveError {
  return new SaveError(`${path} is there already and is not overwritten; use it, or remove it first`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
