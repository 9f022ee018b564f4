import { stripVTControlCharacters } from "node:util";
import { LastLines, type LogLine } from "../log/kept-lines.ts";
import { isForeignFrame, type Sign, signIn } from "./signs.ts";

/** Lines that a diagnosis shows. */
const mostLines = 60;
/** Of these, the last ones of the log, which often say what the whole came to. */
const lastLines = 4;
/** Lines shown of a log in which nothing tells anything. */
const fallbackLines = 40;
/** Blocks kept of each weight, and lines in one: the first failures are those that others follow from. */
const mostBlocks = 8;
const mostLinesOfBlock = 30;
/** Lines that may stand before a sign and belong to it. */
const mostBefore = 4;

/** Lines that belong together around a sign. */
interface Block {
  weight: Sign["weight"];
  readonly lines: LogLine[];
  /** Lines that still belong to it. */
  left: number;
  /** The line that ends it before these have come. */
  last?: RegExp | undefined;
}

/** Picks out of a log, as it comes, the lines that tell why its commands failed. */
export class SignFinder {
  readonly #recent = new LastLines(mostBefore);
  readonly #last = new LastLines(fallbackLines);
  readonly #kept = new Map<Sign["weight"], Block[]>([
    [3, []],
    [2, []],
    [1, []],
  ]);
  #open: Block | undefined;

  add(number: number, raw: string): void {
    const text = raw.includes("\x1b") ? stripVTControlCharacters(raw) : raw;
    const line = { number, text };
    this.#last.add(line);
    if (isForeignFrame(text)) return;
    const sign = signIn(text);
    if (this.#open === undefined && sign === undefined) {
      this.#recent.add(line);
      return;
    }
    this.#open ??= { weight: 1, left: 0, lines: sign?.before ? this.#recent.lines.slice(-sign.before) : [] };
    this.#extend(this.#open, line, sign);
  }

  /** The lines that tell most, in their order; without any, the last ones. */
  finish(): { readonly lines: readonly LogLine[]; readonly telling: boolean } {
    this.#close();
    const telling = [...(this.#kept.get(3) ?? []), ...(this.#kept.get(2) ?? [])];
    if (telling.length === 0) {
      const weak = (this.#kept.get(1) ?? []).flatMap(({ lines }) => lines);
      return { lines: inOrder([...weak.slice(-(mostLines - fallbackLines)), ...this.#last.lines]), telling: false };
    }
    const lines = telling.flatMap((block) => block.lines).slice(0, mostLines - lastLines);
    return { lines: inOrder([...lines, ...this.#last.lines.slice(-lastLines)]), telling: true };
  }

  #extend(block: Block, line: LogLine, sign: Sign | undefined): void {
    block.lines.push(line);
    block.left--;
    if (block.last?.test(line.text)) {
      block.left = 0;
    } else if (sign !== undefined) {
      if (sign.weight > block.weight) block.weight = sign.weight;
      block.left = Math.max(block.left, sign.after);
      block.last = sign.last;
    }
    if (block.left <= 0 || block.lines.length >= mostLinesOfBlock) this.#close();
  }

  #close(): void {
    if (this.#open === undefined) return;
    const blocks = this.#kept.get(this.#open.weight) ?? [];
    // Of what tells little, the last is nearest to the end.
    if (this.#open.weight === 1 && blocks.length === mostBlocks) blocks.shift();
    if (blocks.length < mostBlocks) blocks.push(this.#open);
    this.#open = undefined;
    this.#recent.clear();
  }
}

/** Each line once, by its number. */
function inOrder(lines: readonly LogLine[]): LogLine[] {
  const byNumber = new Map(lines.map((line) => [line.number, line]));
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}
