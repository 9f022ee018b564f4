import { isUtf8 } from "node:buffer";

/**
 * Makes a stream of bytes valid UTF-8, wherever it is cut: characters are given whole, and what is none becomes U+FFFD,
 * as a browser would show it. It keeps back three bytes at most.
 */
export class WholeCharacters {
  #held: Buffer = Buffer.alloc(0);

  /** Whether the beginning of a character is kept back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Takes a piece, and gives the characters that are whole by now. */
  write(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const end = bytes.length - unfinishedLength(bytes);
    this.#held = Buffer.from(bytes.subarray(end));
    return toUtf8(bytes.subarray(0, end));
  }

  /** Gives the rest; the next piece begins anew. */
  end(): Buffer {
    const rest = toUtf8(this.#held);
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

function toUtf8(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  return Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}

/** How many bytes at the end of `bytes` are the beginning of a character whose rest is missing. */
export function unfinishedLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (!isContinuation(byte)) return length < characterLength(byte) ? length : 0;
  }
  return 0;
}

/** How many bytes at the beginning of `bytes` are the end of a character whose beginning is missing. */
export function characterStart(bytes: Uint8Array): number {
  let start = 0;
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start] ?? 0)) start++;
  return start;
}

/** Whether a byte stands within a character, not at its beginning. */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Bytes of the character that a byte begins. */
function characterLength(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
