import type { Budget } from "./budget.ts";
import { asData, asText, type Part } from "./part.ts";
import { flatten, type TreeNode, type TreePlace } from "./tree-places.ts";
import { type Json, toJson } from "./value.ts";

export interface TreeOptions {
  /** What the rows are, in the plural: names them in structured output. */
  readonly of: string;
  readonly roots: readonly TreeNode[];
  /** Rows at most, however much room there is: an overview. */
  readonly most: number;
  /** What stands above the rows, given how many things they stand for. */
  readonly header: (shown: number) => string;
  /** Said below when not everything is shown, given how many things are: the call that gets the rest. */
  readonly rest: (shown: number) => string;
}

/** Levels by which a row is indented at most. */
const mostIndented = 24;

/** Ancestors that a row brings along at most, from the nearest one up: the rest of a deep chain is left out. */
const mostAncestors = 8;

/**
 * A tree of rows: what ranks first, each below its ancestors, as much of it as there is room for. A row tells how many
 * things are below it that are not shown.
 */
export function tree(options: TreeOptions): Part {
  return {
    render({ mode, budget }) {
      const places = flatten(options.roots);
      const asSent = (place: TreePlace, row: Row) =>
        mode === "structured" ? JSON.stringify(rowData(place, row)) : `${rowLine(place, row)}\n`;
      const shown = choose(places, options.most, (place) => asSent(place, widest(place)), budget);
      const { rows, total, visible } = rowsOf(places, shown);
      const rest = visible < total ? options.rest(visible) : undefined;
      if (mode === "structured") {
        return asData({ [options.of]: rows.map(([place, row]) => rowData(place, row)) }, rest);
      }
      return asText([options.header(visible), ...rows.map(([place, row]) => rowLine(place, row))], rest);
    },
  };
}

/** How a row stands among those that are shown. */
interface Row {
  /** Shown ancestors. */
  readonly level: number;
  /** Levels between it and the ancestor above it that are left out. */
  readonly skipped: number;
  /** Things below it that are not shown. */
  readonly hidden: number;
}

/** As large as its row can become, for the budget. */
function widest({ depth }: TreePlace): Row {
  return { level: depth, skipped: 99_999, hidden: 99_999 };
}

/** The indexes of the places that are shown. */
function choose(
  places: readonly TreePlace[],
  most: number,
  asSent: (place: TreePlace) => string,
  budget: Budget,
): ReadonlySet<number> {
  const shown = new Set<number>();
  const ranked = places.map((_, index) => index).sort((one, other) => rankOf(places, one) - rankOf(places, other));
  for (const candidate of ranked) {
    if (shown.size >= most) break;
    if (shown.has(candidate)) continue;
    const place = places[candidate];
    if (place === undefined || !budget.trySpend(asSent(place))) break;
    shown.add(candidate);
    let above = place.parent;
    for (let count = 0; count < mostAncestors && shown.size < most; count++) {
      const ancestor = above === undefined || shown.has(above) ? undefined : places[above];
      if (above === undefined || ancestor === undefined || !budget.trySpend(asSent(ancestor))) break;
      shown.add(above);
      above = ancestor.parent;
    }
  }
  return shown;
}

function rankOf(places: readonly TreePlace[], index: number): number {
  return places[index]?.node.rank ?? Number.POSITIVE_INFINITY;
}

/** The rows in the order of the tree. */
function rowsOf(places: readonly TreePlace[], shown: ReadonlySet<number>) {
  /** Of each place, the nearest place from itself up that is shown. */
  const nearest: (number | undefined)[] = [];
  const hidden = new Map<number | undefined, number>();
  const levels = new Map<number, number>();
  const rows: [TreePlace, Omit<Row, "hidden">, number][] = [];
  let total = 0;
  let visible = 0;
  for (const [index, place] of places.entries()) {
    const { size = 1, hidden: within = 0 } = place.node;
    const above = place.parent === undefined ? undefined : nearest[place.parent];
    total += size + within;
    if (!shown.has(index)) {
      nearest.push(above);
      hidden.set(above, (hidden.get(above) ?? 0) + size + within);
      continue;
    }
    nearest.push(index);
    visible += size;
    hidden.set(index, within);
    const level = above === undefined ? 0 : (levels.get(above) ?? 0) + 1;
    levels.set(index, level);
    const aboveDepth = above === undefined ? -1 : (places[above]?.depth ?? 0);
    rows.push([place, { level, skipped: place.depth - aboveDepth - 1 }, index]);
  }
  const complete = rows.map(([place, row, index]): readonly [TreePlace, Row] => [
    place,
    { ...row, hidden: hidden.get(index) ?? 0 },
  ]);
  return { rows: complete, total, visible };
}

function rowLine({ node }: TreePlace, { level, skipped, hidden }: Row): string {
  const indent = "  ".repeat(Math.min(level, mostIndented));
  const between = skipped === 0 ? "" : `…${skipped} `;
  return `${indent}${between}${node.line}${hidden === 0 ? "" : ` (+${hidden})`}`;
}

function rowData({ node, depth }: TreePlace, { hidden }: Row): Readonly<Record<string, Json>> {
  const known = Object.entries(node.fields).filter(([, value]) => value !== undefined);
  return { depth, ...Object.fromEntries(known.map(([key, value]) => [key, toJson(value)])), hidden_below: hidden };
}
