import type { FileHandle } from "node:fs/promises";
import { blockBytes, countNewlines, decodeEntries, entryBytes } from "./line-counts.ts";
import { openIfPresent } from "./open-if-present.ts";
import { readBlock } from "./read-block.ts";

/**
 * Where the lines of a log begin: of any log, it takes reading the index and a block or two of the log to tell. Entries
 * that the index lacks are made up for by counting.
 */
export class LineIndex {
  /** Newlines in all of the log. */
  readonly newlines: number;
  /** How many entries had to be counted. */
  readonly counted: number;
  /** For each whole block, the newlines up to its end. */
  readonly counts: readonly number[];
  readonly #file: FileHandle;
  readonly #size: number;

  private constructor(file: FileHandle, size: number, made: { counts: number[]; counted: number; newlines: number }) {
    this.#file = file;
    this.#size = size;
    this.counts = made.counts;
    this.counted = made.counted;
    this.newlines = made.newlines;
  }

  /** The index of the first `size` bytes of a log. */
  static async load(file: FileHandle, size: number, indexPath: string): Promise<LineIndex> {
    const blocks = Math.floor(size / blockBytes);
    const counts = blocks === 0 ? [] : decodeEntries(await readEntries(indexPath, blocks), blocks);
    const known = counts.length;
    let newlines = counts.at(-1) ?? 0;
    for (let start = known * blockBytes; start < size; start += blockBytes) {
      newlines += countNewlines(await readBlock(file, start, Math.min(start + blockBytes, size)));
      if (start + blockBytes <= size) counts.push(newlines);
    }
    return new LineIndex(file, size, { counts, counted: counts.length - known, newlines });
  }

  /** How many newlines there are in the first `offset` bytes. */
  async newlinesBefore(offset: number): Promise<number> {
    const block = Math.floor(Math.min(offset, this.#size) / blockBytes);
    const bytes = await readBlock(this.#file, block * blockBytes, Math.min(offset, this.#size));
    return (this.counts[block - 1] ?? 0) + countNewlines(bytes);
  }

  /** Where the line begins that has so many newlines before it; the end when there are not so many. */
  async lineStart(newlines: number): Promise<number> {
    if (newlines <= 0) return 0;
    if (newlines > this.newlines) return this.#size;
    let [low, high] = [0, this.counts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.counts[middle] ?? 0) >= newlines) high = middle;
      else low = middle + 1;
    }
    const start = low * blockBytes;
    const bytes = await readBlock(this.#file, start, Math.min(start + blockBytes, this.#size));
    return start + afterNewline(bytes, newlines - (this.counts[low - 1] ?? 0));
  }
}

/** The place after the `count`th newline; the end when there are not so many. */
export function afterNewline(bytes: Uint8Array, count: number): number {
  let at = 0;
  for (let left = count; left > 0; left--) {
    const newline = bytes.indexOf(10, at);
    if (newline < 0) return bytes.length;
    at = newline + 1;
  }
  return at;
}

async function readEntries(path: string, blocks: number): Promise<Buffer> {
  const file = await openIfPresent(path);
  if (file === undefined) return Buffer.alloc(0);
  try {
    return await readBlock(file, 0, blocks * entryBytes);
  } finally {
    await file.close();
  }
}
