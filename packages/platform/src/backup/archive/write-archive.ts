import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncPath } from "../sync.ts";
import { blockSize, encodeHeader, paddingOf } from "./tar-header.ts";

export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ArchiveWriter {
  /** Adds a file of any size as it comes; one after the other. */
  add(name: string, content: Content): Promise<void>;
}

/** The archive's last file: the SHA-256 of every other one, as `sha256sum --check` reads it. */
export const sumsName = "SHA256SUMS";

/**
 * Writes a tar archive that only its owner can read: under a temporary name beside `path`, which it gets when all of it
 * is on the disk. What an interruption leaves is thus never taken for an archive.
 */
export async function writeArchive(path: string, fill: (archive: ArchiveWriter) => Promise<void>): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.partial`);
  const file = await open(partial, "wx", 0o600);
  try {
    const writer = new TarWriter(file);
    await fill(writer);
    await writer.finish();
    await file.sync();
    await file.close();
    await rename(partial, path);
    await syncPath(dirname(path));
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

class TarWriter implements ArchiveWriter {
  readonly #file: FileHandle;
  readonly #modified = new Date();
  readonly #sums: string[] = [];
  #position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(name: string, content: Content): Promise<void> {
    const sum = await this.#write(name, content);
    this.#sums.push(`${sum}  ${name}\n`);
  }

  async finish(): Promise<void> {
    await this.#write(sumsName, [Buffer.from(this.#sums.join(""))]);
    await this.#put(Buffer.alloc(2 * blockSize));
  }

  async #write(name: string, content: Content): Promise<string> {
    const start = this.#position;
    const hash = createHash("sha256");
    this.#position += blockSize;
    for await (const chunk of content) {
      hash.update(chunk);
      await this.#put(chunk);
    }
    const size = this.#position - start - blockSize;
    await this.#put(Buffer.alloc(paddingOf(size)));
    // The header comes before a content whose size is known only now.
    await this.#file.write(encodeHeader({ name, size }, this.#modified), 0, blockSize, start);
    return hash.digest("hex");
  }

  async #put(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const part = await this.#file.write(bytes, written, bytes.length - written, this.#position + written);
      written += part.bytesWritten;
    }
    this.#position += bytes.length;
  }
}
