import { fence } from "../untrusted/fence.ts";
import { sanitize } from "../untrusted/sanitize.ts";
import { quoteName } from "../untrusted/user-text.ts";
import type { Budget } from "./budget.ts";
import type { Part, RenderContext } from "./part.ts";
import { type Fields, toJson, toLine } from "./value.ts";

interface Grouping<Item> {
  /** The property whose value heads a group, such as a file's path; equal ones follow one another. */
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
  /** True when `total` is a lower bound. */
  readonly totalIsMinimum?: boolean;
  /** True when more items follow than these; needed only where `total` is not known. */
  readonly hasMore?: boolean;
  /** The call that goes on at an offset, such as `list_branches with offset=50`. */
  readonly next: (offset: number) => string;
  /** Said when there is nothing: why that may be, and what to try. */
  readonly empty: string;
  /** Shows rows under headings instead of as a table. */
  readonly grouped?: Grouping<Item>;
  /** How much of the remaining budget the list may use; all of it by default. */
  readonly share?: number;
}

/** A list: a header with the count and the names of the columns, one line a row, and the call that gets the next page. */
export function list<Item extends Fields>(options: ListOptions<Item>): Part {
  return {
    render(context) {
      const budget = context.budget.share(options.share ?? 1);
      return context.mode === "structured" ? structured(options, budget) : asText(options, budget, context);
    },
  };
}

function structured<Item extends Fields>(options: ListOptions<Item>, budget: Budget) {
  const items: Record<string, unknown>[] = [];
  for (const item of options.items) {
    const json = Object.fromEntries(Object.entries(item).map(([key, value]) => [key, toJson(value)]));
    if (!budget.trySpend(JSON.stringify(json))) break;
    items.push(json);
  }
  const rest = restOf(options, items.length);
  return {
    text: "",
    data: { [options.of]: items, ...(options.total === undefined ? {} : { [`total_${options.of}`]: options.total }) },
    ...(rest === undefined ? {} : { leftOut: rest }),
  };
}

function asText<Item extends Fields>(options: ListOptions<Item>, budget: Budget, { nonce }: RenderContext) {
  if (options.items.length === 0) {
    const past = (options.offset ?? 0) > 0 ? `no ${options.of} at offset ${options.offset}` : `no ${options.of}`;
    return { text: `${past}${countOf(options)}. ${options.empty}`, data: {} };
  }
  const columns = columnsOf(options.items);
  const lines: string[] = [];
  let shown = 0;
  let heading: string | undefined;
  for (const item of options.items) {
    const row: string[] = [];
    if (options.grouped) {
      const group = options.grouped.by(item);
      if (group !== heading) row.push(quoteName(group));
      heading = group;
      row.push(`  ${sanitize(options.grouped.line(item)).replaceAll("\n", " ")}`);
    } else {
      row.push(columns.map((column) => toLine(item[column], { bare: true })).join(" "));
    }
    if (!budget.trySpend(`${row.join("\n")}\n`)) break;
    lines.push(...row);
    shown++;
  }
  const first = (options.offset ?? 0) + 1;
  const range = shown === 0 ? "" : ` ${first}-${first + shown - 1}`;
  const header = `${options.of}${range}${countOf(options)}${options.grouped ? "" : `: ${columns.join(" ")}`}`;
  const body = options.grouped && lines.length > 0 ? fence(lines.join("\n"), nonce) : lines.join("\n");
  const rest = restOf(options, shown);
  return { text: [header, body, rest].filter(Boolean).join("\n"), data: {}, ...(rest ? { leftOut: rest } : {}) };
}

function countOf({ total, totalIsMinimum }: Pick<ListOptions<Fields>, "total" | "totalIsMinimum">): string {
  if (total === undefined) return "";
  return ` of ${totalIsMinimum ? "at least " : ""}${total}`;
}

/** Columns in order of first appearance, without those that are empty in every row. */
function columnsOf(items: readonly Fields[]): string[] {
  const columns = new Set(items.flatMap((item) => Object.keys(item)));
  return [...columns].filter((column) => items.some((item) => item[column] !== null && item[column] !== undefined));
}

function restOf<Item extends Fields>(options: ListOptions<Item>, shown: number): string | undefined {
  const next = (options.offset ?? 0) + shown;
  const cut = shown < options.items.length;
  const more = options.hasMore ?? (options.total !== undefined && next < options.total);
  if (!cut && !more) return undefined;
  const why = cut ? "The rest is left out to keep the answer short" : "There are more";
  return `${why}: ${options.next(next)}.`;
}
