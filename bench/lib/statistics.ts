/** How values are spread, in their own unit. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/** @throws when there are no values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  return { p10: quantile(sorted, 0.1), median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

/** Between two neighbours the value is interpolated. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("no values to describe");
  return below + (above - below) * (place - Math.floor(place));
}
