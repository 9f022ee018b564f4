import type { SecretFinder } from "./secret-finder.ts";

const mask = Buffer.from("***");

/**
 * Replaces secrets in a stream of bytes, wherever it is cut; those that lie side by side or overlap become one mask. It
 * keeps back only what may be the beginning of a secret, shorter than the longest of them.
 */
export class SecretMasker {
  readonly #finder: SecretFinder;
  #held: Buffer = Buffer.alloc(0);
  /** Up to where `#held` is under a mask that has been given: 0 when that ends just before it, -1 without one. */
  #maskedTo = -1;

  constructor(finder: SecretFinder) {
    this.#finder = finder;
  }

  /** Whether something is kept back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Takes a piece, and gives what is certain by now. */
  write(chunk: Uint8Array): Buffer {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (!this.#finder.hasSecrets) return bytes;
    return this.#mask(this.isHolding ? Buffer.concat([this.#held, bytes]) : bytes, false);
  }

  /** Gives the rest; the next piece begins anew. */
  end(): Buffer {
    const rest = this.#mask(this.#held, true);
    this.#maskedTo = -1;
    return rest;
  }

  #mask(bytes: Buffer, isEnd: boolean): Buffer {
    const given: Buffer[] = [];
    let maskedTo = this.#maskedTo;
    /** Up to where `bytes` has been given, as it is or masked. */
    let givenTo = Math.max(0, maskedTo);
    let at = 0;
    for (; at < bytes.length; at++) {
      at = this.#finder.next(bytes, at);
      const { length, isOpen } = this.#finder.match(bytes, at);
      if (length > 0) {
        if (at > maskedTo) given.push(bytes.subarray(givenTo, at), mask);
        maskedTo = Math.max(maskedTo, at + length);
        givenTo = maskedTo;
      }
      if (isOpen && !isEnd) break;
    }
    if (at > givenTo) given.push(bytes.subarray(givenTo, at));
    this.#held = Buffer.from(bytes.subarray(at));
    this.#maskedTo = maskedTo < at ? -1 : maskedTo - at;
    return Buffer.concat(given);
  }
}

/** A text without secrets. */
export function maskText(text: string, finder: SecretFinder): string {
  const masker = new SecretMasker(finder);
  return Buffer.concat([masker.write(Buffer.from(text)), masker.end()]).toString();
}
