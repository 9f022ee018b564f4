import { sanitizeLines } from "@platform-mcp/server-kit";

/** Characters kept beyond those shown: what is masked in a text must be seen whole, and not be cut in two before. */
const margin = 600;

/** How much of a long line is shown. */
export interface LineBounds {
  /** Characters from its beginning. */
  readonly head: number;
  /** Characters from its end. */
  readonly tail: number;
}

/** A text that grows without bound and is kept within one: its beginning and its end. */
export class BoundedText {
  readonly #bounds: LineBounds;
  #head = "";
  #tail = "";
  #length = 0;

  constructor(bounds: LineBounds) {
    this.#bounds = bounds;
  }

  /** Whether it shows nothing: blanks and escape sequences do not count. */
  get isBlank(): boolean {
    if (this.#length > 1000) return false;
    const shown = this.#head + this.#tail;
    return (shown.includes("\x1b") ? sanitizeLines(shown) : shown).trim() === "";
  }

  append(part: string): void {
    this.#length += part.length;
    const room = this.#bounds.head + margin - this.#head.length;
    if (room >= part.length) {
      this.#head += part;
      return;
    }
    this.#head += part.slice(0, room);
    const kept = this.#bounds.tail + margin;
    this.#tail = (this.#tail + part.slice(Math.max(room, part.length - 2 * kept))).slice(-kept);
  }

  /** The text; of one that is too long its ends, and how much is left out between them. */
  toString(): string {
    const { head, tail } = this.#bounds;
    if (this.#length <= this.#head.length + this.#tail.length) return this.#head + this.#tail;
    const first = sanitizeLines(this.#head);
    const last = sanitizeLines(this.#tail);
    const shownFirst = first
      .slice(0, Math.min(head, Math.max(first.length - margin, 0)))
      .replace(/[\ud800-\udbff]$/, "");
    const shownLast = last.slice(-Math.max(Math.min(tail, last.length - margin), 1)).replace(/^[\udc00-\udfff]/, "");
    const left = this.#length - shownFirst.length - shownLast.length;
    return `${shownFirst} …[${left} characters left out]… ${shownLast}`;
  }
}
