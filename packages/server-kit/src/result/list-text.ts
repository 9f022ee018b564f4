import { fence } from "../untrusted/fence.ts";
import { sanitize } from "../untrusted/sanitize.ts";
import { quoteName } from "../untrusted/user-text.ts";
import type { Budget } from "./budget.ts";
import { type ListOptions, restOf } from "./list-options.ts";
import { longestPart } from "./longest-part.ts";
import { asText, type Rendered } from "./part.ts";
import { type Fields, isAbsent, toLine } from "./value.ts";

/** A list as lines for a model. */
export function listText<Item extends Fields>(options: ListOptions<Item>, budget: Budget, nonce: string): Rendered {
  const { of, items, grouped, offset = 0 } = options;
  if (items.length === 0) {
    if (offset === 0) return asText([`no ${of}. ${options.empty}`]);
    return asText([`no ${of} at offset ${offset}${countOf(options)}: the list ends before it.`]);
  }
  const columns = grouped ? [] : columnsOf(items);
  const rowOf = grouped ? groupedRows(grouped) : tableRows(columns);
  const rows: string[] = [];
  for (const item of items) {
    const row = rowOf(item);
    if (!budget.trySpend(`${row}\n`)) break;
    rows.push(row);
  }
  const [first] = items;
  // One row at least, however little of it: a page of nothing would be asked for again and again.
  const rowCut = rows.length === 0 && first !== undefined;
  if (rowCut) {
    const whole = grouped ? groupedRows(grouped)(first) : rowOf(first);
    rows.push(longestPart(whole, "head", (text) => budget.fits(text)));
  }
  const header = `${of} ${offset + 1}-${offset + rows.length}${countOf(options)}${grouped ? "" : `: ${columns.join(" ")}`}`;
  const body = rows.join("\n");
  return asText([header, grouped ? fence(body, nonce) : body], restOf(options, { shown: rows.length, rowCut }));
}

function tableRows(columns: readonly string[]) {
  return (item: Fields) => columns.map((column) => toLine(item[column], { bare: true })).join(" ");
}

/** Rows with a heading above the first one of each group. */
function groupedRows<Item extends Fields>({ by, line }: NonNullable<ListOptions<Item>["grouped"]>) {
  let heading: string | undefined;
  return (item: Item) => {
    const group = by(item);
    const row = `  ${sanitize(line(item)).replaceAll("\n", " ")}`;
    if (group === heading) return row;
    heading = group;
    return `${quoteName(group)}\n${row}`;
  };
}

function countOf({ total, totalIsMinimum }: Pick<ListOptions<Fields>, "total" | "totalIsMinimum">): string {
  if (total === undefined) return "";
  return ` of ${totalIsMinimum ? "at least " : ""}${total}`;
}

/** Columns in order of first appearance, without those that are empty in every row. */
function columnsOf(items: readonly Fields[]): string[] {
  const columns = new Set(items.flatMap((item) => Object.keys(item)));
  return [...columns].filter((column) => items.some((item) => !isAbsent(item[column])));
}
