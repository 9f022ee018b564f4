import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { errorCode } from "../../db/embedded/files.ts";
import { type BlobStore, TooLargeError } from "./blob-store.ts";

/** Blobs as files below a directory, readable by their owner alone: `<directory>/<group>/<name>`. */
export function fileBlobsIn(directory: string): BlobStore {
  const pathOf = (key: string) => {
    if (!/^[0-9a-f-]{36}\/[\w.-]{1,100}$/.test(key) || key.includes("..")) throw new Error("not the key of a blob");
    return join(directory, key);
  };
  return {
    async put(key, body, maxBytes) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
      try {
        const size = await writeDurably(partial, body, maxBytes);
        await rename(partial, path);
        await sync(dirname(path));
        return size;
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      } finally {
        body.destroy();
      }
    },
    async open(key, range) {
      const file = await openIfPresent(pathOf(key));
      if (file === undefined) return undefined;
      if (range === undefined) return file.createReadStream();
      if (range.start < range.end) return file.createReadStream({ start: range.start, end: range.end - 1 });
      // A read stream cannot be told to give nothing.
      await file.close();
      return Readable.from([]);
    },
    async remove(key) {
      const path = pathOf(key);
      await rm(path, { force: true });
      // Its group too, once nothing is left in it.
      await rmdir(dirname(path)).catch(() => {});
    },
    async *list() {
      for (const group of await entries(directory)) {
        for (const name of await entries(join(directory, group))) {
          const info = await stat(join(directory, group, name)).catch(() => undefined);
          if (info !== undefined) yield { key: `${group}/${name}`, storedAt: info.mtimeMs };
        }
      }
    },
  };
}

async function writeDurably(path: string, body: Readable, maxBytes: number): Promise<number> {
  const file = await open(path, "wx", 0o600);
  try {
    let size = 0;
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw new TooLargeError(`it is larger than ${maxBytes} bytes`);
      await writeAll(file, bytes);
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done);
    done += bytesWritten;
  }
}

/** So that a name in it outlives a power failure. */
async function sync(directory: string): Promise<void> {
  const file = await open(directory, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function entries(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => []);
}
