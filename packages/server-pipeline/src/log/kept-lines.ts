/** A line of a log with its number. */
export interface LogLine {
  readonly number: number;
  readonly text: string;
}

/** More characters than any answer may have: what comes after them need not be kept. */
const enough = 60_000;

/**
 * The text by itself. Engines keep the whole piece that a text was cut out of, so that a thousand kept lines could hold
 * a thousand pieces.
 */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

/** The first lines of many, as many as an answer can show. */
export class FirstLines<Line extends LogLine = LogLine> {
  readonly lines: Line[] = [];
  #characters = 0;

  /** False once there is no room for more. */
  get hasRoom(): boolean {
    return this.#characters < enough;
  }

  add(line: Line): void {
    if (!this.hasRoom) return;
    this.#characters += line.text.length + 8;
    this.lines.push({ ...line, text: detached(line.text) });
  }
}

/** The last lines of many. */
export class LastLines {
  readonly #most: number;
  readonly #ring: LogLine[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(line: LogLine): void {
    if (this.#most === 0) return;
    this.#ring[this.#next] = { number: line.number, text: detached(line.text) };
    this.#next = (this.#next + 1) % this.#most;
  }

  get lines(): readonly LogLine[] {
    return this.#ring.length < this.#most
      ? [...this.#ring]
      : [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  clear(): void {
    this.#ring.length = 0;
    this.#next = 0;
  }
}
