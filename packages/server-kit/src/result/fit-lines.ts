import type { Budget } from "./budget.ts";

export interface FittedLines {
  readonly lines: readonly string[];
  /** Index of the first line shown. */
  readonly from: number;
  /** True when the one line shown is only a part of itself. */
  readonly lineCut: boolean;
}

/** As many lines from one end as the budget allows; a first line that is too long by itself is cut rather than dropped. */
export function fitLines(lines: readonly string[], budget: Budget, keep: "head" | "tail"): FittedLines {
  const ordered = keep === "head" ? lines : lines.toReversed();
  let count = 0;
  for (const line of ordered) {
    if (!budget.trySpend(`${line}\n`)) break;
    count++;
  }
  const [first] = ordered;
  if (count === 0 && first !== undefined) {
    const room = budget.charactersForSure;
    const part = (keep === "head" ? first.slice(0, room) : first.slice(first.length - room)).toWellFormed();
    budget.spend(part);
    return { lines: [part], from: keep === "head" ? 0 : lines.length - 1, lineCut: true };
  }
  const from = keep === "head" ? 0 : lines.length - count;
  return { lines: lines.slice(from, from + count), from, lineCut: false };
}
