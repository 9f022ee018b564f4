import { blockBytes, countNewlines } from "./line-counts.ts";

/** Counts the newlines of a log as it grows, block by block. */
export class BlockCounter {
  #newlines = 0;
  /** Bytes of the block that has not ended. */
  #inBlock = 0;

  /** Takes what comes next, and gives an entry for each block that has ended with it. */
  add(bytes: Uint8Array): number[] {
    const entries: number[] = [];
    for (let start = 0; start < bytes.length; ) {
      const piece = bytes.subarray(start, start + blockBytes - this.#inBlock);
      this.#newlines += countNewlines(piece);
      this.#inBlock += piece.length;
      start += piece.length;
      if (this.#inBlock < blockBytes) break;
      entries.push(this.#newlines);
      this.#inBlock = 0;
    }
    return entries;
  }
}
