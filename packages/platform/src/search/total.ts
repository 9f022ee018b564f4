/** How many there are; when counting has stopped before the end, at least so many. */
export interface Total {
  readonly count: number;
  readonly isMinimum: boolean;
}

/** What is counted of a list at most: to count millions takes longer than anybody waits. */
export const countedAtMost = 10_000;

/** What a count that may stop at one more than `atMost` says. */
export function totalOf(counted: number, atMost = countedAtMost): Total {
  return { count: Math.min(counted, atMost), isMinimum: counted > atMost };
}
