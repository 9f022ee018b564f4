import { invalid } from "../problem.ts";
import { instantText } from "./instant.ts";
import { type Place, placeText } from "./place.ts";
import type { TimeWindow } from "./time-window.ts";
import type { Total } from "./total.ts";

/** How far pages can be told by number: what comes before has to be gone through each time. */
const maxOffset = 10_000;

/** @throws Problem 400 for an offset that only a place in the list can replace */
export function requireNearOffset({ offset, before }: { offset: number; before?: string | undefined }): void {
  if (offset > maxOffset) throw invalid("offset", `must be at most ${maxOffset}: use before, with next of each page`);
  if (offset > 0 && before !== undefined) throw invalid("offset", "must be left out beside before");
}

/** What was found of a page: its items, and one more if there is another. */
export interface Found<Row> {
  readonly rows: readonly Row[];
  readonly total: Total;
}

interface Listed<Row, Item> {
  readonly limit: number;
  readonly window: TimeWindow;
  readonly view: (row: Row) => Item;
  readonly placeOf: (row: Row) => Pick<Place, "time" | "key">;
}

/** The answer of a list that is too long to be counted. */
export function pageAnswer<Row, Item>(
  { rows, total }: Found<Row>,
  { limit, window, view, placeOf }: Listed<Row, Item>,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasNext = last !== undefined && rows.length > limit;
  return {
    items: shown.map(view),
    total: total.count,
    total_is_minimum: total.isMinimum,
    next: hasNext ? placeText({ ...placeOf(last), window, total }) : null,
    from: instantText(window.from),
    to: instantText(window.to),
  };
}
