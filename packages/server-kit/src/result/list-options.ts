import type { Fields } from "./value.ts";

interface Grouping<Item> {
  /** The user-chosen name that heads a group, such as a file's path; items of a group follow one another. */
  readonly by: (item: Item) => string;
  /** A row as a raw, user-written line: the rows of a grouped list stand in a fence. */
  readonly line: (item: Item) => string;
}

export interface ListOptions<Item extends Fields> {
  /** What the items are, in the plural: heads the list, and names it in structured output. */
  readonly of: string;
  readonly items: readonly Item[];
  /** How many items stand before the first one. */
  readonly offset?: number;
  /** How many there are in all, if that is known. */
  readonly total?: number | undefined;
  /** True when there are more than `total`, which were not counted. */
  readonly totalIsMinimum?: boolean;
  /** True when more items follow than these; needed only where `total` is not known. */
  readonly hasMore?: boolean;
  /** The call that goes on at an offset, such as `list_branches with offset=50`. */
  readonly next: (offset: number) => string;
  /** Said when there is nothing at all: why that may be, and what to try. */
  readonly empty: string;
  /** Shows rows under headings instead of as a table. */
  readonly grouped?: Grouping<Item>;
  /** How much of the remaining budget the list may use; all of it by default. */
  readonly share?: number;
}

/** What is said after the rows: why the list ends here, and the call that goes on. */
export function restOf<Item extends Fields>(
  options: ListOptions<Item>,
  { shown, rowCut }: { readonly shown: number; readonly rowCut: boolean },
): string | undefined {
  const { items, total, totalIsMinimum, hasMore, offset = 0 } = options;
  const next = offset + shown;
  const sentences: string[] = [];
  if (rowCut) sentences.push(`Item ${next} is longer than an answer may be and was cut.`);
  if (shown < items.length) {
    sentences.push(`The rest is left out to keep the answer short: ${options.next(next)}.`);
  } else if (hasMore ?? (total !== undefined && items.length > 0 && (next < total || totalIsMinimum === true))) {
    sentences.push(`There are more: ${options.next(next)}.`);
  }
  return sentences.length === 0 ? undefined : sentences.join(" ");
}
