import type { Budget } from "./budget.ts";
import { longestPart } from "./longest-part.ts";

interface FitOptions {
  readonly budget: Budget;
  /** Which end is kept. */
  readonly keep: "head" | "tail";
  /** The text as it goes out, which is what counts. */
  readonly asSent: (text: string) => string;
}

export interface FittedLines {
  readonly lines: readonly string[];
  /** Index of the first line shown. */
  readonly from: number;
  /** True when the one line shown is only a part of itself. */
  readonly lineCut: boolean;
}

/** As many lines from one end as the budget allows; a first line that is too long by itself is cut rather than dropped. */
export function fitLines(lines: readonly string[], { budget, keep, asSent }: FitOptions): FittedLines {
  const ordered = keep === "head" ? lines : lines.toReversed();
  let count = 0;
  for (const line of ordered) {
    if (!budget.trySpend(asSent(`${line}\n`))) break;
    count++;
  }
  const [first] = ordered;
  if (count === 0 && first !== undefined) {
    const part = longestPart(first, keep, (text) => budget.fits(asSent(text)));
    budget.spend(asSent(part));
    return { lines: [part], from: keep === "head" ? 0 : lines.length - 1, lineCut: true };
  }
  const from = keep === "head" ? 0 : lines.length - count;
  return { lines: lines.slice(from, from + count), from, lineCut: false };
}
