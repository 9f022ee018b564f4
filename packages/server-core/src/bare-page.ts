interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** The query that asks a list without a total for one item more than is shown, to learn whether more follow. */
export function oneMore({ limit, offset }: Page): Page {
  return { limit: limit + 1, offset };
}

/**
 * A page of a list that comes without a total. Platforms that do not page such lists answer with all of it: then the
 * page is cut out here.
 */
export function pageOfBareArray<Item>(answer: readonly Item[], { limit, offset }: Page) {
  const unpaged = answer.length > limit + 1;
  const from = unpaged ? offset : 0;
  return { items: answer.slice(from, from + limit), hasMore: answer.length > from + limit };
}
