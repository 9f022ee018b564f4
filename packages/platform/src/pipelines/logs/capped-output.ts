import { LastBytes } from "./last-bytes.ts";
import { characterStart, isContinuation } from "./whole-characters.ts";

/** Bytes of the end of an output that are kept of one that is too long. */
const endBytes = 65_536;
/** What the lines take that say what is left out. */
const noteBytes = 256;
const newline = 10;

/** A piece of output, or what the platform says about what is left out of it. */
export type Piece = { readonly output: Buffer } | { readonly note: string };

/**
 * Bounds an output of whole characters: of one that is longer than `maxBytes`, the beginning and the end are given, the
 * end when there is no more of it.
 */
export class CappedOutput {
  readonly #maxBytes: number;
  readonly #beginningBytes: number;
  readonly #endBytes: number;
  #given: number;
  #end: LastBytes | undefined;
  #isCut = false;

  /** @param given bytes of the beginning that were given before */
  constructor(maxBytes: number, given = 0) {
    this.#given = given;
    this.#maxBytes = maxBytes;
    this.#endBytes = Math.min(endBytes, Math.ceil(maxBytes / 4));
    this.#beginningBytes = Math.max(0, maxBytes - noteBytes - this.#endBytes);
  }

  write(output: Buffer): readonly Piece[] {
    if (this.#end === undefined) {
      if (this.#given + output.length <= this.#beginningBytes) return this.#give(output);
      const cut = cutAt(output, Math.max(0, this.#beginningBytes - this.#given));
      this.#end = new LastBytes(this.#endBytes);
      return [...this.#give(output.subarray(0, cut)), ...this.write(output.subarray(cut))];
    }
    this.#end.add(output);
    if (this.#isCut || this.#end.seen === this.#end.bytes.length) return [];
    this.#isCut = true;
    return [{ note: `the log has reached its limit of ${this.#maxBytes} bytes: only the end of what follows is kept` }];
  }

  /** The end of the output, and what was left out before it. */
  end(): readonly Piece[] {
    if (this.#end === undefined) return [];
    const { bytes, seen } = this.#end;
    if (!this.#isCut) return [{ output: bytes }];
    const end = bytes.subarray(lineStart(bytes));
    return [{ note: `${seen - end.length} bytes were left out here` }, { output: end }];
  }

  #give(output: Buffer): readonly Piece[] {
    this.#given += output.length;
    return [{ output }];
  }
}

/** The first place where a line begins, or at least a character where that would cost much. */
function lineStart(bytes: Buffer): number {
  const line = bytes.indexOf(newline) + 1;
  return line > 0 && line < bytes.length / 2 ? line : characterStart(bytes);
}

/** The last place up to `at` where a character begins. */
function cutAt(bytes: Buffer, at: number): number {
  let start = Math.min(at, bytes.length);
  while (start > 0 && start < bytes.length && isContinuation(bytes[start] ?? 0)) start--;
  return start;
}
