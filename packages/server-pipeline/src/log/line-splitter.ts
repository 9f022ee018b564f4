import { BoundedText, type LineBounds } from "./bounded-text.ts";

/** Told of each line of a log, in order. The text is raw but for what overwriting and length have taken from it. */
export type OnLine = (number: number, text: string) => void;

/** How much of a line is shown among others, and of one that is asked for alone. */
export const amongOthers: LineBounds = { head: 1_500, tail: 500 };
export const alone: LineBounds = { head: 20_000, tail: 5_000 };

export interface SplitterOptions {
  /** The number of the first line that comes. */
  readonly first?: number;
  readonly bounds?: LineBounds;
}

/**
 * Makes lines of text that comes in pieces of any size. Only `\n` ends a line, so that lines have the same numbers
 * everywhere; a line that was written over (`\r`, as progress bars do) is its last state that shows something. Memory is
 * bounded whatever comes.
 */
export class LineSplitter {
  readonly #onLine: OnLine;
  readonly #bounds: LineBounds;
  #number: number;
  /** What has come of a line that is not complete. */
  #state: BoundedText | undefined;
  /** What that line showed before it was written over. */
  #before: BoundedText | undefined;
  /** Whether anything has come of it at all. */
  #begun = false;

  constructor(onLine: OnLine, { first = 1, bounds = amongOthers }: SplitterOptions = {}) {
    this.#onLine = onLine;
    this.#bounds = bounds;
    this.#number = first;
  }

  push(chunk: string): void {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      this.#endLine(chunk.slice(from, end));
      from = end + 1;
    }
    if (from < chunk.length) this.#append(chunk.slice(from));
  }

  /** Gives a last line that no `\n` ends. */
  end(): void {
    if (this.#begun) this.#endLine("");
  }

  #endLine(rest: string): void {
    if (!this.#begun && rest.length <= this.#bounds.head && !rest.includes("\r")) {
      this.#onLine(this.#number++, rest);
      return;
    }
    this.#append(rest);
    const shown = this.#state === undefined || this.#state.isBlank ? (this.#before ?? this.#state) : this.#state;
    this.#state = undefined;
    this.#before = undefined;
    this.#begun = false;
    this.#onLine(this.#number++, shown?.toString() ?? "");
  }

  #append(part: string): void {
    this.#begun = true;
    let from = 0;
    for (let end = part.indexOf("\r"); end >= 0; end = part.indexOf("\r", from)) {
      this.#extend(part.slice(from, end));
      this.#writeOver();
      from = end + 1;
    }
    this.#extend(part.slice(from));
  }

  #extend(part: string): void {
    if (part === "") return;
    this.#state ??= new BoundedText(this.#bounds);
    this.#state.append(part);
  }

  #writeOver(): void {
    if (this.#state !== undefined && !this.#state.isBlank) this.#before = this.#state;
    this.#state = undefined;
  }
}
