import { countNewlines } from "./line-counts.ts";
import { afterNewline } from "./line-index.ts";
import { isContinuation } from "./whole-characters.ts";

interface TextWindowOptions {
  /** Lines, or bytes, that are left out at the beginning. */
  readonly skipLines: number;
  readonly skipBytes: number;
  /** Up to the end of which line it gives, those that are left out among them. */
  readonly lines: number;
  /** How many bytes it gives. */
  readonly bytes: number;
}

/** Takes a text as it comes, in whole characters, and gives a part of it. */
export class TextWindow {
  #skipLines: number;
  #skipBytes: number;
  #lines: number;
  #bytes: number;

  constructor({ skipLines, skipBytes, lines, bytes }: TextWindowOptions) {
    this.#skipLines = skipLines;
    this.#skipBytes = skipBytes;
    this.#lines = lines;
    this.#bytes = bytes;
  }

  /** True once nothing more will be given. */
  get isOver(): boolean {
    return this.#lines <= 0 || this.#bytes <= 0;
  }

  take(text: Buffer): Buffer {
    const within = this.#withinLines(text);
    const start = Math.max(this.#passLines(within), this.#passBytes(within));
    const rest = within.subarray(start);
    let length = Math.min(rest.length, this.#bytes);
    this.#bytes -= length;
    while (length > 0 && length < rest.length && isContinuation(rest[length] ?? 0)) length--;
    return rest.subarray(0, length);
  }

  #withinLines(text: Buffer): Buffer {
    if (!Number.isFinite(this.#lines)) return text;
    const within = text.subarray(0, afterNewline(text, this.#lines));
    this.#lines -= countNewlines(within);
    return within;
  }

  /** Where what is given begins by its lines. */
  #passLines(text: Buffer): number {
    if (this.#skipLines === 0) return 0;
    const passed = afterNewline(text, this.#skipLines);
    this.#skipLines -= countNewlines(text.subarray(0, passed));
    return this.#skipLines === 0 ? passed : text.length;
  }

  /** Where what is given begins by its bytes: with a whole character. */
  #passBytes(text: Buffer): number {
    if (this.#skipBytes === 0) return 0;
    let passed = Math.min(this.#skipBytes, text.length);
    this.#skipBytes -= passed;
    while (passed < text.length && isContinuation(text[passed] ?? 0)) passed++;
    return passed;
  }
}
