/**
 * The value below which a part of the observations in buckets are, as if those of each were spread evenly over it; of
 * those in the last, which has no end, the bound where it begins. Undefined without observations or bounds.
 * `buckets` has one more than `bounds`, which are the upper ends of all but the last.
 */
export function percentileOfBuckets(
  part: number,
  bounds: readonly number[],
  buckets: readonly number[],
): number | undefined {
  const rank = part * buckets.reduce((sum, count) => sum + count, 0);
  if (rank === 0) return undefined;
  let below = 0;
  for (const [index, upper] of bounds.entries()) {
    const count = buckets[index] ?? 0;
    if (below + count >= rank) {
      // What is measured is hardly ever below zero, unless its buckets are.
      const lower = bounds[index - 1] ?? Math.min(0, upper);
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}
