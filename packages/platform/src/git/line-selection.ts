import { withoutPartialCharacter } from "./utf8.ts";

const newline = 10;

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/**
 * Takes lines `from` to `to` (counted from 1, both included) out of a stream of bytes, and counts all of its lines.
 * Holds no more than `capacity` bytes and one chunk.
 */
export class LineSelection {
  readonly #from: number;
  readonly #to: number;
  readonly #capacity: number;
  readonly #kept: Buffer[] = [];
  #size = 0;
  #overflow = false;
  /** The number of the line that the next byte belongs to. */
  #line = 1;
  #atLineStart = true;

  constructor(from: number, to: number, capacity: number) {
    this.#from = from;
    this.#to = to;
    this.#capacity = capacity;
  }

  add(chunk: Buffer): void {
    let keepFrom = this.#selected() ? 0 : -1;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) {
      this.#line++;
      if (keepFrom === -1 && this.#selected()) keepFrom = at + 1;
      if (keepFrom !== -1 && !this.#selected()) {
        this.#keep(chunk.subarray(keepFrom, at + 1));
        keepFrom = -1;
      }
    }
    if (keepFrom !== -1) this.#keep(chunk.subarray(keepFrom));
    if (chunk.length > 0) this.#atLineStart = chunk[chunk.length - 1] === newline;
  }

  /**
   * What was selected. Beyond the capacity it is cut after the last whole line, or within the first line when that
   * alone is too long, but never within a character.
   */
  finish(): { content: Buffer; toLine: number; totalLines: number; truncated: boolean } {
    let content: Buffer = Buffer.concat(this.#kept);
    if (this.#overflow) {
      const wholeLines = content.lastIndexOf(newline) + 1;
      content = wholeLines > 0 ? content.subarray(0, wholeLines) : withoutPartialCharacter(content);
    }
    const unterminated = content.length > 0 && content[content.length - 1] !== newline ? 1 : 0;
    return {
      content,
      toLine: this.#from - 1 + countNewlines(content) + unterminated,
      totalLines: this.#atLineStart ? this.#line - 1 : this.#line,
      truncated: this.#overflow,
    };
  }

  #selected(): boolean {
    return this.#line >= this.#from && this.#line <= this.#to;
  }

  #keep(bytes: Buffer): void {
    const room = this.#capacity - this.#size;
    if (bytes.length > room) this.#overflow = true;
    if (room > 0 && bytes.length > 0) this.#kept.push(bytes.subarray(0, room));
    this.#size += Math.min(bytes.length, room);
  }
}
