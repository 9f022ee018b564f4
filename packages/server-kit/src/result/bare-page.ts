import { isDeepStrictEqual } from "node:util";

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A page of a list that comes as a bare array, without a total. */
export interface BarePage<Item> {
  readonly items: readonly Item[];
  /** True when more items follow. */
  readonly hasMore: boolean;
}

/**
 * Gets a page of such a list, by asking for one item more than is shown. Platforms that do not page these lists answer
 * from the beginning whatever the offset is, which shows in the answer's first item; then the page is cut out here.
 */
export async function bareArrayPage<Item>(
  get: (page: Page) => Promise<readonly Item[]>,
  { limit, offset }: Page,
): Promise<BarePage<Item>> {
  if (offset === 0) return pageFrom(await get({ limit: limit + 1, offset }), 0, limit);
  const [answer, [first]] = await Promise.all([get({ limit: limit + 1, offset }), get({ limit: 1, offset: 0 })]);
  const ignoresOffset = answer.length > 0 && isDeepStrictEqual(answer[0], first);
  if (!ignoresOffset) return pageFrom(answer, 0, limit);
  return pageFrom(await get({ limit: offset + limit + 1, offset: 0 }), offset, limit);
}

function pageFrom<Item>(answer: readonly Item[], from: number, limit: number): BarePage<Item> {
  return { items: answer.slice(from, from + limit), hasMore: answer.length > from + limit };
}
