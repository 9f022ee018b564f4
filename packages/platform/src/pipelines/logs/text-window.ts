import { countNewlines } from "./line-counts.ts";
import { afterNewline } from "./line-index.ts";
import { isContinuation } from "./whole-characters.ts";

interface TextWindowOptions {
  /** Lines that are left out at the beginning. */
  readonly skip: number;
  /** Lines that are given after them. */
  readonly lines: number;
  readonly bytes: number;
}

/** Takes a text as it comes, in whole characters, and gives so many lines and bytes of it. */
export class TextWindow {
  #skip: number;
  #lines: number;
  #bytes: number;

  constructor({ skip, lines, bytes }: TextWindowOptions) {
    this.#skip = skip;
    this.#lines = lines;
    this.#bytes = bytes;
  }

  /** True once nothing more will be given. */
  get isOver(): boolean {
    return this.#lines <= 0 || this.#bytes <= 0;
  }

  take(text: Buffer): Buffer {
    const skipped = text.subarray(0, afterNewline(text, this.#skip));
    this.#skip -= countNewlines(skipped);
    const rest = this.#skip > 0 ? Buffer.alloc(0) : text.subarray(skipped.length);
    const lines = rest.subarray(0, Number.isFinite(this.#lines) ? afterNewline(rest, this.#lines) : rest.length);
    this.#lines -= countNewlines(lines);
    if (lines.length <= this.#bytes) {
      this.#bytes -= lines.length;
      return lines;
    }
    let end = this.#bytes;
    while (end > 0 && isContinuation(lines[end] ?? 0)) end--;
    this.#bytes = 0;
    return lines.subarray(0, end);
  }
}
