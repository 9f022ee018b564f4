/** A line of output; of one that was too long, its beginning. */
export interface OutputLine {
  readonly text: string;
  /** Characters that were left out at its end. */
  readonly omitted: number;
}

/** Cuts bytes into lines, however they are divided into chunks; keeps no more than the beginning of one line. */
export class OutputLines {
  readonly #mostCharacters: number;
  #decoder = new TextDecoder();
  #parts: string[] = [];
  #length = 0;
  #omitted = 0;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** Whether the beginning of a line is kept, or of a character. */
  isHolding = false;

  push(chunk: Uint8Array): readonly OutputLine[] {
    if (chunk.length === 0) return [];
    this.isHolding = chunk.at(-1) !== newline;
    return this.#split(this.#decoder.decode(chunk, { stream: true }));
  }

  /** What is left without an end of its line; the next chunk begins anew. */
  end(): readonly OutputLine[] {
    const lines = this.#split(this.#decoder.decode());
    this.#decoder = new TextDecoder();
    this.isHolding = false;
    return this.#length === 0 ? lines : [...lines, this.#take()];
  }

  #split(text: string): OutputLine[] {
    const lines: OutputLine[] = [];
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.#add(text.slice(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#add(text.slice(start));
    return lines;
  }

  #add(part: string): void {
    const room = this.#mostCharacters - this.#length;
    const kept = part.length <= room ? part : part.slice(0, room);
    if (kept !== "") this.#parts.push(kept);
    this.#length += kept.length;
    this.#omitted += part.length - kept.length;
  }

  #take(): OutputLine {
    const line = { text: this.#parts.join("").replace(/\r$/, ""), omitted: this.#omitted };
    this.#parts = [];
    this.#length = 0;
    this.#omitted = 0;
    return line;
  }
}

const newline = 10;
