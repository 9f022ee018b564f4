import { randomUUID } from "node:crypto";
import { type FileHandle, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { ByteRange } from "../../http/byte-range.ts";
import { blockBytes, encodeEntries, indexPathOf } from "./line-counts.ts";
import { LineIndex } from "./line-index.ts";
import { openIfPresent } from "./open-if-present.ts";
import { readBlock } from "./read-block.ts";
import { characterStart, isContinuation, unfinishedLength } from "./whole-characters.ts";

/** A log as it is at the moment it is opened; it may go on to grow. */
export class StoredLog {
  /** Bytes; a character of which only a part has been stored does not count. */
  readonly size: number;
  readonly index: LineIndex;
  readonly #file: FileHandle;
  readonly #endsLine: boolean;

  private constructor(file: FileHandle, index: LineIndex, { size, endsLine }: { size: number; endsLine: boolean }) {
    this.#file = file;
    this.index = index;
    this.size = size;
    this.#endsLine = endsLine;
  }

  /**
   * Opens a log; undefined when there is none.
   * @param isComplete whether nobody writes it any more: then an index that lacks something is mended
   */
  static async open(path: string, { isComplete }: { readonly isComplete: boolean }): Promise<StoredLog | undefined> {
    const file = await openIfPresent(path);
    if (file === undefined) return undefined;
    try {
      const { size: fileSize } = await file.stat();
      const end = await readBlock(file, Math.max(0, fileSize - 4), fileSize);
      const size = fileSize - unfinishedLength(end);
      const index = await LineIndex.load(file, size, indexPathOf(path));
      if (isComplete && index.counted > 0) await storeIndex(path, index);
      const last = end[end.length - (fileSize - size) - 1];
      return new StoredLog(file, index, { size, endsLine: last === 10 || last === undefined });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How many lines there are, one that has not ended among them. */
  get lines(): number {
    return this.index.newlines + (this.#endsLine ? 0 : 1);
  }

  /** The first place from `offset` on where a character begins. */
  async characterFrom(offset: number): Promise<number> {
    const start = Math.min(offset, this.size);
    return start + characterStart(await readBlock(this.#file, start, Math.min(start + 3, this.size)));
  }

  /** The last place up to `offset` where a character begins. */
  async characterTo(offset: number): Promise<number> {
    if (offset >= this.size) return this.size;
    const start = Math.max(0, offset - 3);
    const bytes = await readBlock(this.#file, start, offset + 1);
    const last = bytes.findLastIndex((byte) => !isContinuation(byte));
    return last < 0 ? offset : start + last;
  }

  /** The block of bytes from `position` on, or as many as there are; also those that have come since it was opened. */
  async blockFrom(position: number): Promise<Buffer> {
    return await readBlock(this.#file, position, position + blockBytes);
  }

  /** The bytes of a range, as they are asked for. The log is closed with the stream. */
  async stream({ start, end }: ByteRange): Promise<Readable> {
    if (start < end) return this.#file.createReadStream({ start, end: end - 1 });
    await this.close();
    return Readable.from([]);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Whoever else mends it meanwhile writes the same. */
async function storeIndex(path: string, { counts }: LineIndex): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
  try {
    await writeFile(partial, encodeEntries(counts), { flag: "wx", mode: 0o600 });
    await rename(partial, indexPathOf(path));
  } catch {
    // As on a full disk: it can be read without.
    await rm(partial, { force: true });
  }
}
