import { type FileHandle, open } from "node:fs/promises";
import { BlockCounter } from "./block-counter.ts";
import { encodeEntries } from "./line-counts.ts";

/**
 * The index of a log, as it is written. Readers make up for entries that are missing at its end, so it is given up when
 * one cannot be stored; a log of less than a block has none.
 */
export class IndexFile {
  readonly #path: string;
  readonly #counter = new BlockCounter();
  #file: FileHandle | undefined;
  #isGivenUp = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes what the log has got; never rejects. */
  async add(bytes: Uint8Array): Promise<void> {
    const entries = this.#counter.add(bytes);
    if (entries.length === 0 || this.#isGivenUp) return;
    try {
      this.#file ??= await open(this.#path, "wx", 0o600);
      await this.#file.appendFile(encodeEntries(entries));
    } catch {
      this.#isGivenUp = true;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => {});
  }
}
