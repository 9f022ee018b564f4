import { fence } from "../untrusted/fence.ts";
import { sanitize } from "../untrusted/sanitize.ts";
import { fitLines } from "./fit-lines.ts";
import type { Part } from "./part.ts";

/** Which lines are shown of those there are, counted from 1 within the text given. */
export interface ShownLines {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

export interface TextOptions {
  /** The name of the text in structured output. */
  readonly key: string;
  /** Text that users wrote: sanitised, and fenced off from the platform's own words. */
  readonly text: string;
  /** Which end to keep when it does not fit; the head by default. */
  readonly keep?: "head" | "tail";
  /** Said when lines are left out: which, and the call that gets them. */
  readonly rest: (shown: ShownLines) => string;
  /** Said when a single line is longer than the whole budget and was cut. */
  readonly lineCut?: string;
}

/** Raw lines of user-written text. */
export function text(options: TextOptions): Part {
  return {
    render({ mode, budget, nonce }) {
      const lines = sanitize(options.text).replace(/\n$/, "").split("\n");
      const fitted = fitLines(lines, budget, options.keep ?? "head");
      const body = fitted.lines.join("\n");
      const leftOut: string[] = [];
      if (fitted.lines.length < lines.length) {
        leftOut.push(options.rest({ from: fitted.from + 1, to: fitted.from + fitted.lines.length, of: lines.length }));
      }
      if (fitted.lineCut) leftOut.push(options.lineCut ?? "A line longer than the whole answer may be was cut.");
      const said = leftOut.length === 0 ? {} : { leftOut: leftOut.join(" ") };
      if (mode === "structured") return { text: "", data: { [options.key]: body }, ...said };
      return { text: [fence(body, nonce), ...leftOut].join("\n"), data: {}, ...said };
    },
  };
}
