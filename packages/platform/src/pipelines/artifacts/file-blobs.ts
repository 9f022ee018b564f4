import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { errorCode } from "../../db/embedded/files.ts";
import { uuidPattern } from "../uuid-pattern.ts";
import { writeAll } from "../write-all.ts";
import { type BlobStore, TooLargeError } from "./blob-store.ts";

/** Blobs as files below a data directory, readable by their owner alone: `artifacts/<key>`. */
export function fileBlobsIn(dataDirectory: string): BlobStore {
  const directory = join(dataDirectory, "artifacts");
  const pathOf = (key: string) => {
    if (!keyPattern.test(key)) throw new Error("not the key of a blob");
    return join(directory, key);
  };
  return {
    async put(key, body, maxBytes) {
      const path = pathOf(key);
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
          const key = `${group}/${name}`;
          const info = keyPattern.test(key) ? await stat(join(directory, key)).catch(() => undefined) : undefined;
          if (info?.isFile()) yield { key, storedAt: info.mtimeMs };
        }
      }
    },
  };
}

/** Anything else must not become a path. */
const keyPattern = new RegExp(`^${uuidPattern}/(${uuidPattern}|\\.${uuidPattern}\\.${uuidPattern}\\.partial)$`);

async function writeDurably(path: string, body: Readable, maxBytes: number): Promise<number> {
  const file = await openNew(path);
  try {
    let size = 0;
    for await (const chunk of body) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      if (size + bytes.length > maxBytes) throw new TooLargeError(`it is larger than ${maxBytes} bytes`);
      await writeAll(file, bytes, size);
      size += bytes.length;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

/** Another removal may take away the directory, which was empty, just before there is something in it. */
async function openNew(path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      return await open(path, "wx", 0o600);
    } catch (error) {
      if (errorCode(error) !== "ENOENT" || attempt === 10) throw error;
    }
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
