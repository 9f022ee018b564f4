interface Bounds {
  /** Makes a string, or a name, fit to be shown. */
  readonly text: (text: string) => string;
  /** Items of a list or an object, and levels of them. */
  readonly items: number;
  readonly depth: number;
}

const leftOut = "…";

/** A JSON value cut to what is worth showing: lists and objects keep their beginning, what lies deeper is left out. */
export function boundedValue(value: unknown, bounds: Bounds): unknown {
  const { text, items, depth } = bounds;
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return leftOut;
  const inner = { ...bounds, depth: depth - 1 };
  if (Array.isArray(value)) {
    const kept = value.slice(0, items).map((item) => boundedValue(item, inner));
    return value.length > items ? [...kept, leftOut] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, items).map(([name, item]) => [text(name), boundedValue(item, inner)] as const);
  return Object.fromEntries(entries.length > items ? [...kept, [leftOut, entries.length - items]] : kept);
}
