import { invalid } from "../problem.ts";
import { type Instant, lastInstant } from "./instant.ts";
import type { TimeWindow } from "./time-window.ts";
import type { Total } from "./total.ts";

/**
 * A place in a list that is ordered by time and key, both descending: that of the last item of a page. The next page is
 * of the same window, and has the same total, without counting again.
 */
export interface Place {
  readonly time: Instant;
  /** Hexadecimal digits and hyphens; tells apart what has the same time. */
  readonly key: string;
  readonly window: TimeWindow;
  readonly total: Total;
}

/** A place as the opaque text of `next` and `before`: short, since a model reads and repeats it. */
export function placeText({ time, key, window, total }: Place): string {
  const numbers = [time, window.from, window.to, total.count].map((value) => value.toString(36));
  return [...numbers, total.isMinimum ? "m" : "e", key].join(".");
}

const number = "([0-9a-z]{1,11})";
const pattern = new RegExp(`^${number}\\.${number}\\.${number}\\.${number}\\.([me])\\.([0-9a-f-]{1,80})$`);

/** @throws Problem 400 for what no page has answered as `next` */
export function readPlace(text: string, isKey: (key: string) => boolean): Place {
  const [, time = "", from = "", to = "", count = "", kind, key = ""] = pattern.exec(text) ?? [];
  const numbers = [time, from, to, count].map((digits) => Number.parseInt(digits, 36));
  if (!numbers.every((value) => value <= lastInstant) || !isKey(key)) {
    throw invalid("before", "must be what a page of the same list has answered as next");
  }
  const [at = 0, first = 0, last = 0, total = 0] = numbers;
  return { time: at, key, window: { from: first, to: last }, total: { count: total, isMinimum: kind === "m" } };
}
