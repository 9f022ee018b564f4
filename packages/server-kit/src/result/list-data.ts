import type { Budget } from "./budget.ts";
import { type ListOptions, restOf } from "./list-options.ts";
import { asData, type Rendered } from "./part.ts";
import { type Fields, type Json, toJson } from "./value.ts";

type JsonRow = Readonly<Record<string, Json>>;

/** A list as JSON for a program. */
export function listData<Item extends Fields>(options: ListOptions<Item>, budget: Budget): Rendered {
  const { of, items, total } = options;
  const rows: JsonRow[] = [];
  for (const item of items) {
    const row = rowOf(item);
    if (!budget.trySpend(JSON.stringify(row))) break;
    rows.push(row);
  }
  const [first] = items;
  const rowCut = rows.length === 0 && first !== undefined;
  if (rowCut) rows.push(cutRow(rowOf(first), budget));
  return asData(
    { [of]: rows, ...(total === undefined ? {} : { [`total_${of}`]: total }) },
    restOf(options, { shown: rows.length, rowCut }),
  );
}

/** A field that the platform did not send is absent, not null. */
function rowOf(item: Fields): JsonRow {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, toJson(value)]));
}

/** The row with its strings cut alike until it fits. */
function cutRow(row: JsonRow, budget: Budget): JsonRow {
  for (let limit = 4096; limit > 0; limit >>= 1) {
    const cut = Object.entries(row).map(([key, value]) => [key, cutValue(value, limit)] as const);
    const shorter = Object.fromEntries(cut);
    if (budget.trySpend(JSON.stringify(shorter))) return shorter;
  }
  return {};
}

function cutValue(value: Json, limit: number): Json {
  if (typeof value === "string") return value.slice(0, limit).toWellFormed();
  return typeof value === "object" && value !== null
    ? value.slice(0, limit).map((item) => item.slice(0, limit))
    : value;
}
