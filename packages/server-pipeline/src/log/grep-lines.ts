import { stripVTControlCharacters } from "node:util";
import { sanitizeLines } from "@platform-mcp/server-kit";
import { FirstLines, LastLines, type LogLine } from "./kept-lines.ts";
import type { LineMatcher } from "./line-matcher.ts";

/** Lines and characters that are matched at a time. */
const batchLines = 500;
const batchCharacters = 65_536;

/** A longer line is shown around its match only: characters before and after where the match begins. */
const longLine = 2_000;
const before = 500;
const after = 1_400;

export interface FoundLine extends LogLine {
  /** False for a line shown for its neighbour's sake. */
  readonly isMatch: boolean;
}

export interface FoundLines {
  /** Those that match, and those around them. */
  readonly lines: readonly FoundLine[];
  /** How many match in all. */
  readonly matches: number;
  readonly searched: number;
  /** False when there was no room to keep them all. */
  readonly complete: boolean;
}

/** Finds lines as they come, with those around them, and counts what there is no more room to keep. */
export class GrepLines {
  readonly #matcher: LineMatcher;
  readonly #context: number;
  readonly #kept = new FirstLines<FoundLine>();
  readonly #recent: LastLines;
  #batch: LogLine[] = [];
  #characters = 0;
  /** Lines to keep after the last match. */
  #following = 0;
  #matches = 0;
  #searched = 0;

  constructor(matcher: LineMatcher, context: number) {
    this.#matcher = matcher;
    this.#context = context;
    this.#recent = new LastLines(context);
  }

  add(number: number, raw: string): void {
    this.#searched++;
    // What is shown is what is matched; a line that will be cut is masked first, so that nothing is cut in two.
    const text =
      raw.length > longLine ? sanitizeLines(raw) : raw.includes("\x1b") ? stripVTControlCharacters(raw) : raw;
    this.#batch.push({ number, text });
    this.#characters += text.length;
    if (this.#batch.length >= batchLines || this.#characters >= batchCharacters) this.#match();
  }

  /** What was found, once all lines have come. */
  finish(): FoundLines {
    this.#match();
    const complete = this.#kept.hasRoom;
    return { lines: this.#kept.lines, matches: this.#matches, searched: this.#searched, complete };
  }

  #match(): void {
    const places = this.#matcher(this.#batch.map(({ text }) => text));
    this.#batch.forEach((line, at) => {
      this.#take(line, places[at] ?? -1);
    });
    this.#batch = [];
    this.#characters = 0;
  }

  #take({ number, text }: LogLine, place: number): void {
    const isMatch = place >= 0;
    if (isMatch) this.#matches++;
    if (!this.#kept.hasRoom) return;
    if (isMatch) {
      for (const line of this.#recent.lines) this.#kept.add({ ...line, isMatch: false });
      this.#following = this.#context + 1;
    }
    if (this.#following > 0) {
      this.#following--;
      this.#recent.clear();
      this.#kept.add({ number, text: excerpt(text, Math.max(place, 0)), isMatch });
    } else {
      this.#recent.add({ number, text: excerpt(text, 0) });
    }
  }
}

function excerpt(text: string, place: number): string {
  if (text.length <= longLine) return text;
  const from = Math.max(place - before, 0);
  const part = text.slice(from, place + after).toWellFormed();
  return `${from > 0 ? "…" : ""}${part}${from + part.length < text.length ? "…" : ""}`;
}
