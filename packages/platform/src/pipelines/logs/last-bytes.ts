/** Keeps the last bytes of a stream. */
export class LastBytes {
  /** How many bytes have come, kept or not. */
  seen = 0;
  readonly #limit: number;
  /** Twice as long as what is kept, so that it is moved only now and then. */
  readonly #buffer: Buffer;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#buffer = Buffer.allocUnsafe(2 * limit);
  }

  add(bytes: Uint8Array): void {
    this.seen += bytes.length;
    const last = bytes.subarray(Math.max(0, bytes.length - this.#limit));
    if (this.#length + last.length > this.#buffer.length) {
      this.#length = this.#buffer.copy(this.#buffer, 0, this.#length - (this.#limit - last.length), this.#length);
    }
    this.#buffer.set(last, this.#length);
    this.#length += last.length;
  }

  /** The last bytes: as many as are kept, or all there were. */
  get bytes(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#length - this.#limit), this.#length);
  }
}
